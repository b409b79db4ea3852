// CK_RV: what every PKCS#11 function returns (PKCS#11 2.40 Base §5.1, 3.0 §5.1).

/// The return value of a PKCS#11 function.
public struct ReturnValue: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number, as the module returned it.
    public let rawValue: UInt

    /// Wraps a number that a module returned.
    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    /// The name in the specification, such as `CKR_DEVICE_ERROR`; the number in hexadecimal when it has none.
    public var description: String {
        Self.names[self.rawValue] ?? "CKR 0x\(String(self.rawValue, radix: 16))"
    }
}
