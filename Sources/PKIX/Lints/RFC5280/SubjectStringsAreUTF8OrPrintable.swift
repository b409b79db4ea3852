import SwiftASN1
import X509

extension Lint {
    /// DirectoryStrings of the subject are UTF8String or PrintableString.
    static let subjectStringsAreUTF8OrPrintable = Lint(
        "subject_strings_are_utf8_or_printable",
        citation: "RFC 5280 §4.1.2.6: \"When encoding attribute values of type DirectoryString, conforming CAs MUST "
            + "use PrintableString or UTF8String encoding\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstSubjectAttribute { attribute in
            guard attribute.tag != .utf8String, attribute.tag != .printableString else { return false }
            return !(attribute.tag == .ia5String && Self.ia5Attributes.contains(attribute.type))
        }
        return broken.map { "subject attribute \($0) is neither UTF8String nor PrintableString" }
    }

    /// Attributes that are IA5String by definition (RFC 2985 §5.2.1, RFC 4519 §2.4).
    private static let ia5Attributes: [ASN1ObjectIdentifier] = [
        .RDNAttributeType.emailAddress, .RDNAttributeType.domainComponent,
    ]
}
