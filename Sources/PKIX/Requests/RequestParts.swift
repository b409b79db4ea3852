// The outer form of a request (RFC 2986 §4), where swift-certificates is lenient: it takes any version, keeps the last of
// several attributes of one type, and passes over unused bits of the signature.

import SwiftASN1

/// The parts of a request that are judged before the request is parsed as a whole.
struct RequestParts {
    /// The encoded `SubjectPublicKeyInfo`.
    let publicKeyInfo: [UInt8]

    init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        do {
            self.publicKeyInfo = try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in
                let publicKeyInfo = try Self.readInfo(try nodes.required("certificationRequestInfo"))
                _ = try nodes.required("signatureAlgorithm")
                guard try ASN1BitString(derEncoded: &nodes).paddingBits == 0 else {
                    throw ASN1Error.invalidASN1Object(reason: "a signature with unused bits")
                }
                return publicKeyInfo
            }
        } catch {
            throw PKIXError(.malformedCSR, "not a certificate request (RFC 2986): \(error.reasonForMessage)")
        }
    }

    private static func readInfo(_ node: ASN1Node) throws -> [UInt8] {
        try DER.sequence(node, identifier: .sequence) { nodes in
            // RFC 2986 §4.1: "It shall be 0 for this version of the standard."
            guard try Int(derEncoded: &nodes) == 0 else {
                throw ASN1Error.invalidASN1Object(reason: "a version other than 0")
            }
            _ = try nodes.required("subject")
            let publicKeyInfo = Array(try nodes.required("subjectPKInfo").encodedBytes)
            try Self.checkAttributes(try nodes.required("attributes"))
            return publicKeyInfo
        }
    }

    /// Refuses two attributes of one type: which of them counts, readers would disagree on.
    private static func checkAttributes(_ node: ASN1Node) throws {
        guard case .constructed(let attributes) = node.content else {
            throw ASN1Error.unexpectedFieldType(node.identifier)
        }
        var seen: Set<ASN1ObjectIdentifier> = []
        for attribute in attributes {
            let type = try DER.sequence(attribute, identifier: .sequence) { nodes in
                let type = try ASN1ObjectIdentifier(derEncoded: &nodes)
                _ = try nodes.required("values")
                return type
            }
            guard seen.insert(type).inserted else {
                throw ASN1Error.invalidASN1Object(reason: "two attributes of type \(type)")
            }
        }
    }
}
