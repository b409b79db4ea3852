import SwiftASN1
import X509

extension Lint {
    /// RSA keys do not agree on keys.
    static let rsaKeyUsageDoesNotAgree = Lint(
        "rsa_key_usage_does_not_agree",
        citation: "RFC 3279 §2.3.1: \"any combination of the following values MAY be present: digitalSignature; "
            + "nonRepudiation; keyEncipherment; and dataEncipherment.\"",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.rsa), let usage = certificate.decoded.keyUsage else { return nil }
        return usage.keyAgreement || usage.encipherOnly || usage.decipherOnly
            ? "the RSA key's usage has key agreement" : nil
    }
}
