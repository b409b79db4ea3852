import SwiftASN1
import X509

extension Lint {
    /// EC keys do not encipher.
    static let ecKeyUsageDoesNotEncipher = Lint(
        "ec_key_usage_does_not_encipher",
        citation: "RFC 8813 §3: \"If the keyUsage extension is present in a certificate that indicates "
            + "id-ecPublicKey in SubjectPublicKeyInfo, then the following values MUST NOT be present: "
            + "keyEncipherment; and dataEncipherment.\"",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.ellipticCurve), let usage = certificate.decoded.keyUsage else {
            return nil
        }
        return usage.keyEncipherment || usage.dataEncipherment ? "the EC key's usage has encipherment" : nil
    }
}
