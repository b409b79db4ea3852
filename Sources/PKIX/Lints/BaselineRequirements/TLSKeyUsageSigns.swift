import SwiftASN1
import X509

extension Lint {
    /// A TLS certificate's elliptic curve key makes digital signatures.
    static let tlsKeyUsageSigns = Lint(
        "tls_key_usage_signs",
        citation: "BR §7.1.2.7.11, key usage for ECC public keys: `digitalSignature`, required \"MUST\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .tls, !certificate.hasKey(of: KeyAlgorithm.rsa),
            let usage = certificate.decoded.keyUsage
        else {
            return nil
        }
        return usage.digitalSignature ? nil : "a TLS certificate's keyUsage lacks digitalSignature"
    }
}
