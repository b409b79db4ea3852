// The upper bounds of RFC 5280 appendix A.1 for the attributes that subjects carry, in requests and in certificates.

import SwiftASN1

/// How long the attributes of a subject may be.
enum SubjectBounds {
    /// The bounds, in characters.
    static let all: [RDNBound] = [
        RDNBound(type: [2, 5, 4, 3], name: "commonName", characters: 64),
        RDNBound(type: [2, 5, 4, 10], name: "organizationName", characters: 64),
        RDNBound(type: [2, 5, 4, 11], name: "organizationalUnitName", characters: 64),
        RDNBound(type: [2, 5, 4, 6], name: "countryName", characters: 2),
        RDNBound(type: [2, 5, 4, 7], name: "localityName", characters: 128),
        RDNBound(type: [2, 5, 4, 8], name: "stateOrProvinceName", characters: 128),
        RDNBound(type: [2, 5, 4, 5], name: "serialNumber", characters: 64),
        RDNBound(type: [2, 5, 4, 12], name: "title", characters: 64),
        RDNBound(type: [1, 2, 840, 113_549, 1, 9, 1], name: "emailAddress", characters: 255),
    ]
}
