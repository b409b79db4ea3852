// Distinguished names as they are compared (RFC 5280 §7.1): strings without regard to case, to spaces at their ends and to
// the length of spaces within; which kind of string it is does not matter.

import SwiftASN1
import X509

/// A distinguished name ready for comparison.
struct NormalizedName: Hashable, Sendable {
    /// An attribute with its value.
    struct Attribute: Hashable, Sendable {
        let type: ASN1ObjectIdentifier
        let value: Value
    }

    /// A value: text folded, or the octets of another type.
    enum Value: Hashable, Sendable {
        case text(String)
        case octets([UInt8])
    }

    /// The relative names, each a set of attributes.
    let parts: [Set<Attribute>]

    init(_ name: DistinguishedName) {
        self.parts = name.map { relative in
            Set(relative.map { Attribute(type: $0.type, value: Self.value($0.value)) })
        }
    }

    /// Whether the name lies within a subtree.
    ///
    /// RFC 5280 §7.1: "a distinguished name DN1 is within the subtree defined by the distinguished name DN2 if DN1 contains
    /// at least as many RDNs as DN2, and DN1 and DN2 are a match when trailing RDNs in DN1 are ignored."
    func isWithin(_ subtree: NormalizedName) -> Bool {
        self.parts.count >= subtree.parts.count && self.parts.prefix(subtree.parts.count).elementsEqual(subtree.parts)
    }

    private static func value(_ value: RelativeDistinguishedName.Attribute.Value) -> Value {
        if let text = String(value) {
            return .text(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased())
        }
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(ASN1Any(value))) != nil else { return .octets([]) }
        return .octets(serializer.serializedBytes)
    }
}
