// The PKCS#11 URI scheme (RFC 7512): names a token, a key on it, the module and the source of the PIN in one line.

/// A PKCS#11 URI, such as `pkcs11:token=signet;object=issuing?module-path=/usr/lib/softhsm/libsofthsm2.so`.
///
/// `pin-value` is refused: a PIN must not stand in the configuration. Of the path attributes, those that name a
/// library or describe a slot are refused too: `module-path` and `slot-id` say the same without doubt.
public struct PKCS11URI: Hashable, Sendable {
    /// The type of an object.
    public enum ObjectType: String, Hashable, Sendable, CaseIterable {
        /// A public key.
        case `public` = "public"
        /// A private key.
        case `private` = "private"
        /// A certificate.
        case certificate = "cert"
        /// A secret key.
        case secretKey = "secret-key"
        /// Data.
        case data = "data"
    }

    /// `token`: the token's label.
    public var token: String?
    /// `manufacturer`: who made the token.
    public var manufacturer: String?
    /// `model`: the token's model.
    public var model: String?
    /// `serial`: the token's serial number.
    public var serial: String?
    /// `slot-id`: the slot's number, which SoftHSM does not keep.
    public var slotID: SlotID?
    /// `object`: the key's label.
    public var object: String?
    /// `id`: the key's identifier (CKA_ID).
    public var id: [UInt8]?
    /// `type`: the type of the object.
    public var type: ObjectType?
    /// `module-path`: where the module's library is.
    public var modulePath: String?
    /// `module-name`: the module's name without directory, prefix and suffix.
    public var moduleName: String?
    /// `pin-source`: where the PIN comes from; see ``PINSource``.
    public var pinSource: String?

    /// A URI without attributes: it answers to every token.
    public init() {}

    /// Whether a token answers to the attributes that name one (RFC 7512 §2.5).
    public func matches(slot: SlotID, token info: TokenInfo) -> Bool {
        (self.token ?? info.label) == info.label
            && (self.manufacturer ?? info.manufacturer) == info.manufacturer
            && (self.model ?? info.model) == info.model
            && (self.serial ?? info.serial) == info.serial
            && (self.slotID ?? slot) == slot
    }
}

extension PKCS11URI: CustomStringConvertible {
    /// The URI in one canonical order; ``init(_:)`` reads it back to an equal value.
    public var description: String {
        let path: [(String, String?)] = [
            ("token", self.token.map { Self.encode($0, query: false) }),
            ("manufacturer", self.manufacturer.map { Self.encode($0, query: false) }),
            ("model", self.model.map { Self.encode($0, query: false) }),
            ("serial", self.serial.map { Self.encode($0, query: false) }),
            ("slot-id", self.slotID.map { "\($0.rawValue)" }),
            ("object", self.object.map { Self.encode($0, query: false) }),
            ("id", self.id.map { $0.map(Self.percent).joined() }),
            ("type", self.type?.rawValue),
        ]
        let query: [(String, String?)] = [
            ("module-path", self.modulePath.map { Self.encode($0, query: true) }),
            ("module-name", self.moduleName.map { Self.encode($0, query: true) }),
            ("pin-source", self.pinSource.map { Self.encode($0, query: true) }),
        ]
        func joined(_ attributes: [(String, String?)], by separator: String) -> String {
            attributes.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: separator)
        }
        let tail = joined(query, by: "&")
        return "pkcs11:" + joined(path, by: ";") + (tail.isEmpty ? "" : "?" + tail)
    }

    private static func encode(_ text: String, query: Bool) -> String {
        text.utf8.map { byte in
            Self.isAllowed(byte, query: query) ? String(Unicode.Scalar(byte)) : Self.percent(byte)
        }.joined()
    }

    private static func percent(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// The characters that may stand for themselves: pk11-pchar and pk11-qchar of RFC 7512 §2.3.
    static func isAllowed(_ byte: UInt8, query: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: (query ? Self.queryMarks : Self.pathMarks).contains(byte)
        }
    }

    // unreserved and pk11-res-avail; then "&" in the path, or "/", "?" and "|" in the query.
    private static let pathMarks = Set("-._~:[]@!$'()*+,=&".utf8)
    private static let queryMarks = Set("-._~:[]@!$'()*+,=/?|".utf8)
}
