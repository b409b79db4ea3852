// Certificates for the lints on noRevAvail.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    static let rfc9608: [LintCase] = [
        LintCase(
            "no_rev_avail_is_null",
            passing: { $0.makeShortLived() },
            failing: {
                $0.makeShortLived()
                $0.set(ExtensionIdentifier.noRevocationAvailable, value: [0x30, 0x00])
            }
        ),
        LintCase(
            "no_rev_avail_is_not_critical",
            .agentIdentity,
            passing: { $0.makeShortLived() },
            failing: {
                $0.makeShortLived()
                $0.mark(ExtensionIdentifier.noRevocationAvailable, critical: true)
            }
        ),
        LintCase(
            "no_rev_avail_excludes_crl_addresses",
            passing: { $0.makeShortLived() },
            failing: {
                $0.makeShortLived()
                $0.set(try CRLDistributionPoints(uris: ["http://ca.example.com/a.crl"]).makeCertificateExtension())
            }
        ),
        LintCase("no_rev_avail_excludes_crl_addresses") {
            $0.makeShortLived()
            let points = try CRLDistributionPoints(uris: ["http://ca.example.com/d.crl"]).makeCertificateExtension()
            $0.set([2, 5, 29, 46], value: Array(points.value))
        },
        LintCase(
            "no_rev_avail_excludes_ocsp_addresses",
            passing: { $0.makeShortLived() },
            failing: {
                $0.makeShortLived()
                $0.setAccess([
                    .init(method: .ocspServer, location: .uniformResourceIdentifier("http://ca.example.com/"))
                ])
            }
        ),
        LintCase(
            "no_rev_avail_is_not_on_a_ca",
            .issuingCA,
            also: ["no_rev_avail_excludes_crl_addresses", "no_rev_avail_is_short_lived"]
        ) { $0.set(MarkerExtension.noRevocationAvailable.makeCertificateExtension()) },
        LintCase(
            "revocation_is_pointed_to_or_ruled_out",
            passing: { $0.remove(ExtensionIdentifier.crlDistributionPoints) },
            failing: {
                $0.remove(ExtensionIdentifier.crlDistributionPoints)
                $0.remove(.X509ExtensionID.authorityInformationAccess)
            }
        ),
    ]
}
