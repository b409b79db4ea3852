import SwiftASN1
import X509

extension Lint {
    /// countryName is a PrintableString of two capital letters.
    static let countryNameIsTwoLetters = Lint(
        "country_name_is_two_letters",
        citation: "RFC 5280 appendix A.1: \"X520countryName ::= PrintableString (SIZE (2))\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstSubjectAttribute { attribute in
            guard attribute.type == .RDNAttributeType.countryName else { return false }
            let isLetters = attribute.content.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
            return attribute.tag != .printableString || attribute.content.count != 2 || !isLetters
        }
        return broken == nil ? nil : "countryName is not a PrintableString of two capital letters"
    }
}
