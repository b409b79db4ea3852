// DER written by hand, for fixtures that no honest encoder produces.

public import SwiftASN1

/// Builders of DER nodes.
public enum DERBytes {
    /// A node with a one-octet tag.
    public static func node(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let length = withUnsafeBytes(of: UInt32(content.count).bigEndian) { Array($0.drop { $0 == 0 }) }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }

    /// A SEQUENCE of nodes.
    public static func sequence(_ nodes: [UInt8]...) -> [UInt8] { Self.node(0x30, nodes.flatMap { $0 }) }

    /// An OBJECT IDENTIFIER.
    public static func identifier(_ identifier: ASN1ObjectIdentifier) -> [UInt8] { Self.encoding(of: identifier) }

    /// A BIT STRING without unused bits.
    public static func bitString(_ bytes: [UInt8]) -> [UInt8] { Self.node(0x03, [0] + bytes) }

    /// A `Name` of one attribute a relative name: its type, the tag of its string and the string's octets.
    public static func name(_ attributes: [(ASN1ObjectIdentifier, UInt8, [UInt8])]) -> [UInt8] {
        Self.node(0x30, attributes.flatMap { Self.node(0x31, Self.attribute($0.0, $0.1, $0.2)) })
    }

    /// An `AttributeTypeAndValue`.
    public static func attribute(_ type: ASN1ObjectIdentifier, _ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        Self.sequence(Self.identifier(type), Self.node(tag, value))
    }

    /// The DER of a value.
    public static func encoding(of value: some DERSerializable) -> [UInt8] {
        var serializer = DER.Serializer()
        try! serializer.serialize(value)
        return serializer.serializedBytes
    }
}
