// Certificates for the lints on keys and what they are used for.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    static let rfc8410: [LintCase] = [
        LintCase("ed25519_parameters_are_absent", key: .ed25519, also: ["public_key_is_strong"]) {
            $0.setKey([1, 3, 101, 112], parameters: [0x05, 0x00], key: FixtureKey.ed25519.publicKey.keyBytes)
        },
        LintCase("ed25519_key_usage_signs", key: .ed25519, also: ["key_usage_is_not_empty", "tls_key_usage_signs"]) {
            $0.set(.X509ExtensionID.keyUsage, critical: true, value: [0x03, 0x01, 0x00])
        },
        LintCase("ed25519_key_usage_does_not_encipher", key: .ed25519) {
            $0.setUsage(KeyUsage(digitalSignature: true, keyEncipherment: true))
        },
        LintCase("ed25519_key_usage_does_not_encipher", key: .ed25519) {
            $0.setUsage(KeyUsage(digitalSignature: true, keyAgreement: true))
        },
        LintCase("ec_parameters_are_a_named_curve", also: ["public_key_is_strong"]) {
            $0.setKey(
                [1, 2, 840, 10_045, 2, 1],
                parameters: DERBytes.sequence([0x02, 0x01, 0x01]),
                key: FixtureKey.p256.publicKey.keyBytes
            )
        },
        LintCase(
            "ec_key_usage_does_not_encipher",
            passing: { $0.setUsage(KeyUsage(digitalSignature: true, keyAgreement: true)) },
            failing: { $0.setUsage(KeyUsage(digitalSignature: true, dataEncipherment: true)) }
        ),
        LintCase("rsa_parameters_are_null", key: .rsa2048, also: ["public_key_is_strong"]) {
            $0.setKey([1, 2, 840, 113_549, 1, 1, 1], parameters: [], key: FixtureKey.rsa2048.publicKey.keyBytes)
        },
        LintCase(
            "rsa_key_usage_does_not_agree",
            key: .rsa2048,
            passing: { $0.setUsage(KeyUsage(digitalSignature: true, keyEncipherment: true)) },
            failing: { $0.setUsage(KeyUsage(digitalSignature: true, keyAgreement: true)) }
        ),
    ]
}
