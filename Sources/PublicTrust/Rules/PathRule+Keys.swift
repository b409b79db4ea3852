// The rule about keys: what is weak is refused whoever signed it.

import Crypto
import CryptoExtras
import PKIX
import X509

extension PathRule {
    /// RSA from 2048 bits on, P-256, P-384, P-521 or Ed25519, and none of the keys known to be bad.
    static let keyStrength = PathRule("key_strength", citation: "Baseline Requirements §6.1.5, §6.1.6") { path in
        for certificate in path.presented {
            if let reason = Self.weakness(of: certificate.fields.publicKey) {
                return "the key of \(certificate.label) is not relied on: \(reason)"
            }
        }
        // Of a trust root the size alone: stores hold old ones with the exponent 3.
        for certificate in path.certificates {
            guard let key = _RSA.Signing.PublicKey(certificate.fields.publicKey) else { continue }
            guard key.keySizeInBits >= 2_048, key.keySizeInBits.isMultiple(of: 8) else {
                return
                    "the key of \(certificate.label) is RSA with \(key.keySizeInBits) bits; 2048 are the fewest, in whole octets"
            }
        }
        return nil
    }

    private static func weakness(of key: Certificate.PublicKey) -> String? {
        if P521.Signing.PublicKey(key) != nil { return nil }
        do throws(PKIXError) {
            _ = try SubjectPublicKey(key)
            return nil
        } catch {
            return error.reason
        }
    }
}
