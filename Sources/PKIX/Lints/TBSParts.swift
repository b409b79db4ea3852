// The nodes of a TBSCertificate (RFC 5280 §4.1), found without judging them: judging is what lints do.

import SwiftASN1
import X509

/// A TBSCertificate's nodes.
struct TBSParts {
    var version = 0
    var serialNumber: [UInt8]
    var signature: ASN1Node
    var issuer: ASN1Node
    var notBefore: EncodedTime
    var notAfter: EncodedTime
    var subject: ASN1Node
    var publicKey: ASN1Node
    var hasUniqueIdentifiers = false
    var extensions: [Certificate.Extension] = []

    init(derEncoded bytes: [UInt8]) throws {
        self = try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in try TBSParts(&nodes) }
    }

    private init(_ nodes: inout ASN1NodeCollection.Iterator) throws {
        let version = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) {
            try Int(derEncoded: $0)
        }
        self.version = version ?? 0
        self.serialNumber = try Self.primitive(try nodes.required("serialNumber"), .integer)
        self.signature = try nodes.required("signature")
        self.issuer = try nodes.required("issuer")
        (self.notBefore, self.notAfter) = try DER.sequence(
            try nodes.required("validity"),
            identifier: .sequence
        ) { times in
            (try EncodedTime(try times.required("notBefore")), try EncodedTime(try times.required("notAfter")))
        }
        self.subject = try nodes.required("subject")
        self.publicKey = try nodes.required("subjectPublicKeyInfo")
        try self.readOptionalFields(&nodes)
    }

    private mutating func readOptionalFields(_ nodes: inout ASN1NodeCollection.Iterator) throws {
        while let node = nodes.next() {
            switch node.identifier {
            case ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific),
                ASN1Identifier(tagWithNumber: 2, tagClass: .contextSpecific):
                self.hasUniqueIdentifiers = true
            case ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific):
                self.extensions = try DER.sequence(node, identifier: node.identifier) { inner in
                    try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, nodes: &inner)
                }
            default: throw ASN1Error.unexpectedFieldType(node.identifier)
            }
        }
    }

    static func primitive(_ node: ASN1Node, _ identifier: ASN1Identifier) throws -> [UInt8] {
        guard node.identifier == identifier, case .primitive(let content) = node.content else {
            throw ASN1Error.unexpectedFieldType(node.identifier)
        }
        return Array(content)
    }
}

extension EncodedTime {
    /// Reads a `Time` CHOICE: `UTCTime` or `GeneralizedTime`.
    init(_ node: ASN1Node) throws {
        self.isGeneralized = node.identifier == .generalizedTime
        let content = try TBSParts.primitive(node, self.isGeneralized ? .generalizedTime : .utcTime)
        self.text = String(decoding: content, as: UTF8.self)
        if self.isGeneralized {
            let time = try GeneralizedTime(derEncoded: node)
            self.time = CertificateTime(
                CivilTime(
                    year: time.year,
                    month: time.month,
                    day: time.day,
                    hours: time.hours,
                    minutes: time.minutes,
                    seconds: time.seconds
                )
            )
        } else {
            let time = try UTCTime(derEncoded: node)
            self.time = CertificateTime(
                CivilTime(
                    year: time.year,
                    month: time.month,
                    day: time.day,
                    hours: time.hours,
                    minutes: time.minutes,
                    seconds: time.seconds
                )
            )
        }
    }
}
