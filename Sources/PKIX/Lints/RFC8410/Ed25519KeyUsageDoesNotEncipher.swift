import SwiftASN1
import X509

extension Lint {
    /// An Ed25519 key neither enciphers nor agrees.
    static let ed25519KeyUsageDoesNotEncipher = Lint(
        "ed25519_key_usage_does_not_encipher",
        citation: "RFC 9295 §3: with an Ed25519 key, keyEncipherment, dataEncipherment, keyAgreement, encipherOnly and "
            + "decipherOnly must not be present",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.ed25519), let usage = certificate.decoded.keyUsage else { return nil }
        let enciphers = usage.keyEncipherment || usage.dataEncipherment || usage.encipherOnly || usage.decipherOnly
        return enciphers || usage.keyAgreement ? "the Ed25519 key's usage has encipherment or agreement" : nil
    }
}
