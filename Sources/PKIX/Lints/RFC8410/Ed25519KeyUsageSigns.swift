import SwiftASN1
import X509

extension Lint {
    /// An Ed25519 key's usage is a signature.
    static let ed25519KeyUsageSigns = Lint(
        "ed25519_key_usage_signs",
        citation: "RFC 9295 §3: \"the keyUsage extension MUST contain at least one of the following: "
            + "nonRepudiation; digitalSignature; cRLSign\"",
        severity: .error
    ) { certificate in
        guard certificate.isEndEntity, certificate.hasKey(of: KeyAlgorithm.ed25519),
            let usage = certificate.decoded.keyUsage
        else {
            return nil
        }
        let signs = usage.nonRepudiation || usage.digitalSignature || usage.cRLSign
        return signs ? nil : "the Ed25519 key's usage has no kind of signature"
    }
}
