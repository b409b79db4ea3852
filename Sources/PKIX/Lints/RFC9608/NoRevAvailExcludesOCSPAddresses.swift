import SwiftASN1

extension Lint {
    /// Beside noRevAvail there is no address of an OCSP responder.
    static let noRevAvailExcludesOCSPAddresses = Lint(
        "no_rev_avail_excludes_ocsp_addresses",
        citation: "RFC 9608 §3: \"Certificates that include the noRevAvail extension MUST NOT include certificate "
            + "extensions that [...] provide locations of OCSP responders.\"",
        severity: .error
    ) { certificate in
        certificate.has(ExtensionIdentifier.noRevocationAvailable) && certificate.pointsToResponder
            ? "noRevAvail stands beside the address of an OCSP responder" : nil
    }
}
