// Where a certificate says that its status is published, or that none is.

import PKIX
import SwiftASN1
import X509

/// The sources of a certificate's status.
struct StatusSources {
    /// URLs of OCSP responders (RFC 5280 §4.2.2.1).
    let responders: [String]
    /// URLs of CRLs (RFC 5280 §4.2.1.13).
    let lists: [String]
    /// Why no status is needed; nil when one is.
    let exemption: String?

    init(of certificate: PathCertificate) {
        let access = certificate.extensions.authorityInformationAccess.map { Array($0) } ?? []
        let responders = access.compactMap { description -> String? in
            guard description.method == .ocspServer, case .uniformResourceIdentifier(let url) = description.location
            else { return nil }
            return url
        }
        self.responders = Array(responders.filter(Self.isHTTP).prefix(Budget.statusAddresses))
        let lists = certificate.extensions.crlDistributionPoints?.uris ?? []
        self.lists = Array(lists.filter(Self.isHTTP).prefix(Budget.statusAddresses))
        self.exemption = Self.exemption(of: certificate, hasSources: !responders.isEmpty || !lists.isEmpty)
    }

    private static func exemption(of certificate: PathCertificate, hasSources: Bool) -> String? {
        guard !hasSources, !certificate.isCertificationAuthority else { return nil }
        if certificate.has(ExtensionIdentifier.noRevocationAvailable) {
            return "its CA publishes no status for it (RFC 9608)"
        }
        let seconds = certificate.notAfter.secondsSinceEpoch - certificate.notBefore.secondsSinceEpoch
        return seconds <= Budget.shortLivedSeconds
            ? "it lives too short for a status (Baseline Requirements §1.6.1)" : nil
    }

    private static func isHTTP(_ url: String) -> Bool {
        let url = url.lowercased()
        return url.hasPrefix("http://") || url.hasPrefix("https://")
    }
}
