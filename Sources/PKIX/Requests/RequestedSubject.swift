// The subject of a request: nothing of it is taken over, but what is malformed is refused all the same.

import SwiftASN1
import X509

/// The checks on a requested subject name.
enum RequestedSubject {
    /// Refuses control characters and attributes beyond the limits of RFC 5280.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName`.
    static func check(_ subject: DistinguishedName) throws(PKIXError) {
        for attribute in subject.lazy.flatMap({ $0 }) {
            // Values that are no UTF8String, PrintableString or IA5String, and malformed ones, would hide what they say.
            guard let text = String(attribute.value) else {
                throw PKIXError(
                    .invalidName,
                    "attribute \(attribute.type) of the subject is not a UTF8String, PrintableString or IA5String"
                )
            }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw PKIXError(.invalidName, "the subject of the request has a control character")
            }
            // Code points, as RFC 5280 counts: Swift's characters take any number of combining marks for one.
            let count = text.unicodeScalars.count
            if let bound = SubjectBounds.all.first(where: { $0.type == attribute.type }), count > bound.characters {
                throw PKIXError(
                    .invalidName,
                    "the subject's \(bound.name) has \(count) characters; at most \(bound.characters) are admitted"
                )
            }
        }
    }
}
