// The attributes of a Name with the octets and tags of their values (RFC 5280 §4.1.2.4): lints judge how a string is
// encoded, which swift-certificates' values no longer say of every type.

import SwiftASN1

/// One attribute of a distinguished name, as encoded.
struct NameAttribute: Sendable {
    /// Its type.
    let type: ASN1ObjectIdentifier
    /// The tag of its value.
    let tag: ASN1Identifier
    /// The content octets of its value; empty when the value is constructed.
    let content: ArraySlice<UInt8>
    /// The index of its RelativeDistinguishedName.
    let position: Int
}

extension NameAttribute {
    /// The attributes of a `Name` in their order.
    static func attributes(of name: ASN1Node) throws -> [NameAttribute] {
        var attributes: [NameAttribute] = []
        for (position, relativeName) in Self.children(of: name).enumerated() {
            for attribute in Self.children(of: relativeName) {
                attributes.append(try NameAttribute(attribute, position: position))
            }
        }
        return attributes
    }

    private init(_ node: ASN1Node, position: Int) throws {
        self = try DER.sequence(node, identifier: .sequence) { nodes in
            let type = try ASN1ObjectIdentifier(derEncoded: &nodes)
            let value = try nodes.required("value")
            guard case .primitive(let content) = value.content else {
                return NameAttribute(type: type, tag: value.identifier, content: [], position: position)
            }
            return NameAttribute(type: type, tag: value.identifier, content: content, position: position)
        }
    }

    private static func children(of node: ASN1Node) -> [ASN1Node] {
        guard case .constructed(let nodes) = node.content else { return [] }
        return Array(nodes)
    }
}
