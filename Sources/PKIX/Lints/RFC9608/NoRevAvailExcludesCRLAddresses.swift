import SwiftASN1

extension Lint {
    /// Beside noRevAvail there is no address of a CRL.
    static let noRevAvailExcludesCRLAddresses = Lint(
        "no_rev_avail_excludes_crl_addresses",
        citation: "RFC 9608 §3: \"Certificates that include the noRevAvail extension MUST NOT include certificate "
            + "extensions that point to CRL repositories\"",
        severity: .error
    ) { certificate in
        guard certificate.has(ExtensionIdentifier.noRevocationAvailable) else { return nil }
        return Self.crlPointers.contains(where: certificate.has) ? "noRevAvail stands beside the address of a CRL" : nil
    }

    /// cRLDistributionPoints, and freshestCRL (RFC 5280 §4.2.1.15), which points to delta CRLs.
    private static let crlPointers: [ASN1ObjectIdentifier] = [
        ExtensionIdentifier.crlDistributionPoints, [2, 5, 29, 46],
    ]
}
