// Rules about who may issue: basic constraints, path length, key usage, extended key usage.

import PKIX
import SwiftASN1
import X509

extension PathRule {
    /// Issuers are CAs, the certificate in question is none.
    static let basicConstraints = PathRule("basic_constraints", citation: "RFC 5280 §6.1.4 (k)") { path in
        for issuer in path.issuers {
            // RFC 5280 §6.1.4 (k): "verify that the basicConstraints extension is present and that cA is set to TRUE"; that
            // an older certificate is a CA's is known of trust roots alone, "through out-of-band means".
            let isOldRoot = issuer.fields.version != .v3 && issuer == path.certificates.last
            guard issuer.isCertificationAuthority || isOldRoot else {
                return "\(issuer.label) has issued a certificate and is not a CA's"
            }
        }
        // Baseline Requirements §7.1.2.7.8: a subscriber's certificate has cA FALSE.
        return path.leaf.isCertificationAuthority ? "\(path.leaf.label) is a CA's" : nil
    }

    /// RFC 5280 §4.2.1.9: pathLenConstraint "gives the maximum number of non-self-issued intermediate certificates that may
    /// follow this certificate in a valid certification path".
    static let pathLength = PathRule("path_length", citation: "RFC 5280 §4.2.1.9, §6.1.4 (l), (m)") { path in
        var intermediates = 0
        for issuer in path.issuers {
            if case .isCertificateAuthority(maxPathLength: .some(let longest))? = issuer.extensions.basicConstraints,
                intermediates > longest
            {
                return "\(issuer.label) admits \(longest) CAs below it; the path has \(intermediates)"
            }
            if !issuer.isSelfIssued { intermediates += 1 }
        }
        return nil
    }

    /// Issuers may sign certificates; the certificate in question signs, and no certificates.
    static let keyUsage = PathRule("key_usage", citation: "RFC 5280 §4.2.1.3, §6.1.4 (n)") { path in
        for issuer in path.issuers {
            if let usage = issuer.extensions.keyUsage, !usage.keyCertSign {
                return "the key of \(issuer.label) may not sign certificates"
            }
        }
        guard let usage = path.leaf.extensions.keyUsage else { return nil }
        if usage.keyCertSign { return "\(path.leaf.label) may sign certificates and is not a CA's" }
        // RFC 8446 §4.4.2.2: "the digitalSignature bit MUST be set if the Key Usage extension is present".
        return usage.digitalSignature ? nil : "the key of \(path.leaf.label) may not make digital signatures"
    }

    /// The certificate says what it is for; its issuers, when they say so, are for the same.
    static let extendedKeyUsage = PathRule(
        "extended_key_usage",
        citation: "RFC 5280 §4.2.1.12; Baseline Requirements §7.1.2.7.10, §7.1.2.10.6"
    ) { path in
        let wanted = path.judgement.purpose.usage
        guard let usages = path.leaf.extensions.extendedKeyUsage, usages.contains(wanted) else {
            return "\(path.leaf.label) is not for a TLS \(path.judgement.purpose.rawValue) (\(wanted))"
        }
        // "Any" would let a certificate for one purpose stand for another.
        if usages.contains(.any) { return "\(path.leaf.label) is for any purpose" }
        for issuer in path.issuers {
            guard let usages = issuer.extensions.extendedKeyUsage else { continue }
            if !usages.contains(wanted), !usages.contains(.any) {
                return "\(issuer.label) may not issue for a TLS \(path.judgement.purpose.rawValue)"
            }
        }
        return nil
    }
}
