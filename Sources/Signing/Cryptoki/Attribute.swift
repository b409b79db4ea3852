// CK_ATTRIBUTE: what objects on a token are made of (PKCS#11 2.40 Base §4).

/// The type of an attribute.
public struct AttributeType: RawRepresentable, Hashable, Sendable {
    /// The number in the specification.
    public let rawValue: UInt

    /// Wraps a number.
    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    /// `CKA_CLASS`.
    public static let objectClass = AttributeType(rawValue: 0x000)
    /// `CKA_TOKEN`.
    public static let token = AttributeType(rawValue: 0x001)
    /// `CKA_PRIVATE`.
    public static let `private` = AttributeType(rawValue: 0x002)
    /// `CKA_LABEL`.
    public static let label = AttributeType(rawValue: 0x003)
    /// `CKA_KEY_TYPE`.
    public static let keyType = AttributeType(rawValue: 0x100)
    /// `CKA_ID`.
    public static let id = AttributeType(rawValue: 0x102)
    /// `CKA_SENSITIVE`.
    public static let sensitive = AttributeType(rawValue: 0x103)
    /// `CKA_ENCRYPT`.
    public static let encrypt = AttributeType(rawValue: 0x104)
    /// `CKA_DECRYPT`.
    public static let decrypt = AttributeType(rawValue: 0x105)
    /// `CKA_WRAP`.
    public static let wrap = AttributeType(rawValue: 0x106)
    /// `CKA_UNWRAP`.
    public static let unwrap = AttributeType(rawValue: 0x107)
    /// `CKA_SIGN`.
    public static let sign = AttributeType(rawValue: 0x108)
    /// `CKA_SIGN_RECOVER`.
    public static let signRecover = AttributeType(rawValue: 0x109)
    /// `CKA_VERIFY`.
    public static let verify = AttributeType(rawValue: 0x10A)
    /// `CKA_DERIVE`.
    public static let derive = AttributeType(rawValue: 0x10C)
    /// `CKA_VALUE`.
    public static let value = AttributeType(rawValue: 0x011)
    /// `CKA_MODULUS`.
    public static let modulus = AttributeType(rawValue: 0x120)
    /// `CKA_MODULUS_BITS`.
    public static let modulusBits = AttributeType(rawValue: 0x121)
    /// `CKA_PUBLIC_EXPONENT`.
    public static let publicExponent = AttributeType(rawValue: 0x122)
    /// `CKA_EXTRACTABLE`.
    public static let extractable = AttributeType(rawValue: 0x162)
    /// `CKA_NEVER_EXTRACTABLE`.
    public static let neverExtractable = AttributeType(rawValue: 0x164)
    /// `CKA_ALWAYS_SENSITIVE`.
    public static let alwaysSensitive = AttributeType(rawValue: 0x165)
    /// `CKA_EC_PARAMS`.
    public static let ecParameters = AttributeType(rawValue: 0x180)
    /// `CKA_EC_POINT`.
    public static let ecPoint = AttributeType(rawValue: 0x181)
}

/// An attribute: a type and the bytes of its value as Cryptoki lays them out on this machine.
public struct Attribute: Hashable, Sendable {
    /// The type.
    public let type: AttributeType
    /// The value's bytes.
    public let value: [UInt8]

    /// An attribute whose value is an array of bytes.
    public init(_ type: AttributeType, _ value: [UInt8]) {
        self.type = type
        self.value = value
    }

    /// An attribute whose value is a `CK_BBOOL`.
    public init(_ type: AttributeType, _ value: Bool) {
        self.init(type, [value ? 1 : 0])
    }

    /// An attribute whose value is text in UTF-8.
    public init(_ type: AttributeType, _ value: String) {
        self.init(type, Array(value.utf8))
    }

    /// An attribute whose value is a `CK_ULONG`.
    public init(_ type: AttributeType, _ value: UInt) {
        self.init(type, withUnsafeBytes(of: value) { Array($0) })
    }

    /// The class of an object.
    public static func `class`(_ value: ObjectClass) -> Attribute {
        Attribute(.objectClass, value.rawValue)
    }
}

/// The class of an object on a token.
public enum ObjectClass: UInt, Sendable {
    /// `CKO_PUBLIC_KEY`.
    case publicKey = 2
    /// `CKO_PRIVATE_KEY`.
    case privateKey = 3
}

/// The values of those attributes that a token showed, by type.
public struct AttributeValues: Hashable, Sendable {
    private let values: [AttributeType: [UInt8]]

    /// Wraps what a token showed.
    public init(_ values: [AttributeType: [UInt8]]) {
        self.values = values
    }

    /// The bytes of an attribute; `nil` when the token does not show it.
    public func bytes(_ type: AttributeType) -> [UInt8]? { self.values[type] }

    /// The text of an attribute; `nil` when the token does not show it or it is not UTF-8.
    public func string(_ type: AttributeType) -> String? {
        self.values[type].flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The `CK_BBOOL` of an attribute; `nil` when the token does not show it or it has another length.
    public func bool(_ type: AttributeType) -> Bool? {
        guard let value = self.values[type], value.count == 1 else { return nil }
        return value[0] != 0
    }

    /// The `CK_ULONG` of an attribute; `nil` when the token does not show it or it has another length.
    public func ulong(_ type: AttributeType) -> UInt? {
        guard let value = self.values[type], value.count == MemoryLayout<UInt>.size else { return nil }
        return value.withUnsafeBytes { $0.loadUnaligned(as: UInt.self) }
    }
}
