import SwiftASN1

extension Lint {
    /// A certificate says where its revocation is published, or that it is not.
    static let revocationIsPointedToOrRuledOut = Lint(
        "revocation_is_pointed_to_or_ruled_out",
        citation: "RFC 9608 §2: \"Conforming CAs MUST include this extension in certificates for which no "
            + "revocation information will be published.\"; RFC 5280 §4.2.1.13: \"this profile "
            + "RECOMMENDS support for this extension by CAs and applications.\"",
        severity: .warning
    ) { certificate in
        guard certificate.role != .root, certificate.role != .ocspResponder else { return nil }
        let isSaid =
            certificate.has(ExtensionIdentifier.noRevocationAvailable)
            || certificate.has(ExtensionIdentifier.crlDistributionPoints) || certificate.pointsToResponder
        return isSaid ? nil : "there is neither the address of a CRL or OCSP responder nor noRevAvail"
    }
}
