// CBOR as COSE needs it, encoded deterministically (RFC 8949 §4.2.1): shortest heads, definite lengths, keys sorted.

/// A CBOR value that can be encoded.
public enum CBORValue: Hashable, Sendable {
    case integer(Int)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    case map([CBORMember])
    case null

    /// A map whose keys are integers.
    static func map(_ members: KeyValuePairs<Int, CBORValue>) -> CBORValue {
        .map(members.map { CBORMember(key: .integer($0), value: $1) })
    }

    /// The encoding.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        self.encode(into: &bytes)
        return bytes
    }

    /// The encoding behind a tag.
    public func encoded(tag: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        Self.head(6, tag, into: &bytes)
        self.encode(into: &bytes)
        return bytes
    }

    private func encode(into bytes: inout [UInt8]) {
        switch self {
        case .integer(let value) where value >= 0: Self.head(0, UInt64(value), into: &bytes)
        // RFC 8949 §3.1: "Major type 1: […] The value of the item is -1 minus the argument."
        case .integer(let value): Self.head(1, UInt64(-1 - value), into: &bytes)
        case .bytes(let value):
            Self.head(2, UInt64(value.count), into: &bytes)
            bytes += value
        case .text(let value):
            Self.head(3, UInt64(value.utf8.count), into: &bytes)
            bytes += value.utf8
        case .array(let values):
            Self.head(4, UInt64(values.count), into: &bytes)
            for value in values { value.encode(into: &bytes) }
        case .map(let members): Self.encode(members, into: &bytes)
        case .null: bytes.append(0xF6)
        }
    }

    private static func encode(_ members: [CBORMember], into bytes: inout [UInt8]) {
        // RFC 8949 §4.2.1: "The keys in every map MUST be sorted in the bytewise lexicographic order of their
        // deterministic encodings."
        let encoded = members.map { (key: $0.key.encoded, value: $0.value) }
        self.head(5, UInt64(members.count), into: &bytes)
        for member in encoded.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes += member.key
            member.value.encode(into: &bytes)
        }
    }

    private static func head(_ major: UInt8, _ argument: UInt64, into bytes: inout [UInt8]) {
        let (info, count): (UInt8, Int) =
            switch argument {
            case 0..<24: (UInt8(argument), 0)
            case 24...0xFF: (24, 1)
            case 0x100...0xFFFF: (25, 2)
            case 0x1_0000...0xFFFF_FFFF: (26, 4)
            default: (27, 8)
            }
        bytes.append(major << 5 | info)
        for position in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: argument >> (8 * position))) }
    }
}

/// A member of a CBOR map.
public struct CBORMember: Hashable, Sendable {
    /// The key; no two of a map are equal.
    public let key: CBORValue
    /// The value.
    public let value: CBORValue

    /// Creates a member.
    public init(key: CBORValue, value: CBORValue) {
        self.key = key
        self.value = value
    }
}
