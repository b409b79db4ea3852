import SwiftASN1
import X509

extension Lint {
    /// IP addresses have 4 or 16 octets.
    static let ipAddressesHave4Or16Octets = Lint(
        "ip_addresses_have_4_or_16_octets",
        citation: "RFC 5280 §4.2.1.6: \"For IP version 4, [...] the octet string MUST contain exactly four octets.  "
            + "For IP version 6, [...] the octet string MUST contain exactly sixteen octets.\"",
        severity: .error
    ) { certificate in
        for case .ipAddress(let octets) in certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames()
        where octets.bytes.count != 4 && octets.bytes.count != 16 {
            return "an iPAddress has \(octets.bytes.count) octets"
        }
        return nil
    }
}
