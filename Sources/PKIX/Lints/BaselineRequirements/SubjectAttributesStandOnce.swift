import SwiftASN1
import X509

extension Lint {
    /// No kind of attribute stands twice in a subject.
    static let subjectAttributesStandOnce = Lint(
        "subject_attributes_stand_once",
        citation: "BR §7.1.4.1: \"Each `Name` MUST NOT contain more than one instance of a given "
            + "`AttributeTypeAndValue` across all `RelativeDistinguishedName`s unless explicitly allowed in "
            + "these Requirements.\"",
        severity: .error
    ) { certificate in
        let attributes = certificate.subjectAttributes
        for (index, candidate) in attributes.enumerated()
        where attributes[..<index].contains(where: { $0.type == candidate.type })
            && !Self.repeatableAttributes.contains(candidate.type)
        {
            return "subject attribute \(candidate.type) stands twice"
        }
        return nil
    }

    /// Attributes that BR §7.1.2.7 lets stand several times, and organizationalUnitName, which hierarchies repeat.
    private static let repeatableAttributes: [ASN1ObjectIdentifier] = [
        .RDNAttributeType.domainComponent, .RDNAttributeType.streetAddress, .RDNAttributeType.organizationalUnitName,
    ]
}
