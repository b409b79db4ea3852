import SwiftASN1
import X509

extension Lint {
    /// Issuer certificates and OCSP are reached by plain HTTP.
    static let informationAccessAddressesAreHTTP = Lint(
        "information_access_addresses_are_http",
        citation: "BR §7.1.2.7.7: \"A HTTP URL of the Issuing CA's OCSP responder.\", \"A HTTP URL of the Issuing "
            + "CA's certificate.\"",
        severity: .error
    ) { certificate in
        let isBroken = certificate.decoded.authorityInformationAccess?.contains { description in
            guard case .uniformResourceIdentifier(let uri) = description.location else { return true }
            return !LintText.isHTTP(uri)
        }
        return isBroken == true ? "an address in authorityInfoAccess is not an http URI" : nil
    }
}
