// Response codes (RFC 1035 §4.1.1, RFC 2136 §2.2, RFC 6891 §6.1.3).

/// What a server says of a request: twelve bits, the upper eight from EDNS.
public struct ResponseCode: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt16

    /// Any number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// It was done.
    public static let noError = ResponseCode(rawValue: 0)
    /// The request cannot be read.
    public static let formatError = ResponseCode(rawValue: 1)
    /// The server failed.
    public static let serverFailure = ResponseCode(rawValue: 2)
    /// The name does not exist.
    public static let nameError = ResponseCode(rawValue: 3)
    /// The server does not do this.
    public static let notImplemented = ResponseCode(rawValue: 4)
    /// The server does not do this for us.
    public static let refused = ResponseCode(rawValue: 5)
    /// A name is there that should not be.
    public static let nameExists = ResponseCode(rawValue: 6)
    /// A set is there that should not be.
    public static let setExists = ResponseCode(rawValue: 7)
    /// A set is not there that should be.
    public static let noSuchSet = ResponseCode(rawValue: 8)
    /// The server has no such zone, or does not believe the signature.
    public static let notAuthoritative = ResponseCode(rawValue: 9)
    /// A name is not in the zone.
    public static let notInZone = ResponseCode(rawValue: 10)

    private static let names = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
        "NOTZONE",
    ]
}

extension ResponseCode: CustomStringConvertible {
    /// The mnemonic, or `RCODEnnn`.
    public var description: String {
        Int(self.rawValue) < Self.names.count ? Self.names[Int(self.rawValue)] : "RCODE\(self.rawValue)"
    }
}
