// The subject of a request: nothing of it is taken over, but what is malformed is refused all the same.

import SwiftASN1
import X509

/// The checks on a requested subject name.
enum RequestedSubject {
    /// The upper bounds of RFC 5280 appendix A.1, in characters.
    private static let bounds: [RDNBound] = [
        RDNBound(type: [2, 5, 4, 3], name: "commonName", characters: 64),
        RDNBound(type: [2, 5, 4, 6], name: "countryName", characters: 2),
        RDNBound(type: [2, 5, 4, 7], name: "localityName", characters: 128),
        RDNBound(type: [2, 5, 4, 8], name: "stateOrProvinceName", characters: 128),
        RDNBound(type: [2, 5, 4, 10], name: "organizationName", characters: 64),
        RDNBound(type: [2, 5, 4, 11], name: "organizationalUnitName", characters: 64),
        RDNBound(type: [1, 2, 840, 113_549, 1, 9, 1], name: "emailAddress", characters: 255),
    ]

    /// Refuses control characters and attributes beyond the limits of RFC 5280.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName`.
    static func check(_ subject: DistinguishedName) throws(PKIXError) {
        for attribute in subject.lazy.flatMap({ $0 }) {
            guard let text = String(attribute.value) else { continue }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw PKIXError(.invalidName, "the subject of the request has a control character")
            }
            if let bound = self.bounds.first(where: { $0.type == attribute.type }), text.count > bound.characters {
                throw PKIXError(
                    .invalidName,
                    "the subject's \(bound.name) has \(text.count) characters; at most \(bound.characters) are admitted"
                )
            }
        }
    }
}
