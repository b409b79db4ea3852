// Classes (RFC 1035 §3.2.4, RFC 2136 §2.4).

/// The class of a record or question.
public struct RecordClass: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Any number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The Internet.
    public static let internet = RecordClass(rawValue: 1)
    /// In updates: the record is to go, or the set is not to be there.
    public static let none = RecordClass(rawValue: 254)
    /// In updates: the whole set.
    public static let any = RecordClass(rawValue: 255)
}
