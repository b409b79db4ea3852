// Certificate serial numbers (RFC 5280 §4.1.2.2): positive, at most 20 octets, unique for each issuer.

public import X509

/// The serial number of a certificate, as the octets of a positive number without leading zeros.
public struct SerialNumber: Hashable, Sendable {
    /// Big-endian, without leading zeros; never empty.
    public let bytes: [UInt8]

    /// Draws a number of 128 random bits.
    ///
    /// The first octet is never zero, so that the hexadecimal form always has 32 digits. The constraint of the store
    /// makes a number unique; the randomness makes it unpredictable (CA/B Forum BR §7.1: at least 64 bits).
    public init(using generator: inout some RandomNumberGenerator) {
        var bytes = [UInt8](repeating: 0, count: 16)
        repeat {
            for index in bytes.indices {
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
        } while bytes[0] == 0
        self.bytes = bytes
    }

    /// Takes the magnitude of a positive number.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when it is zero or longer than 20 octets.
    public init(bytes: some Sequence<UInt8>) throws(PKIXError) {
        let magnitude = Array(bytes.drop { $0 == 0 })
        // RFC 5280 §4.1.2.2: "The serial number MUST be a positive integer", "MUST NOT use serialNumber values longer
        // than 20 octets."
        guard !magnitude.isEmpty, magnitude.count <= Budget.serialNumberBytes else {
            throw PKIXError(.malformed, "a serial number is a positive number of at most 20 octets")
        }
        self.bytes = magnitude
    }

    /// Reads hexadecimal digits of either case, without separators.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` for anything else.
    public init(hexadecimal text: some StringProtocol) throws(PKIXError) {
        guard text.utf8.count <= 2 * Budget.serialNumberBytes, let bytes = [UInt8](hexadecimal: text) else {
            throw PKIXError(.malformed, "a serial number is written as 1 to 40 hexadecimal digits without separators")
        }
        try self.init(bytes: bytes)
    }

    /// The same number for swift-certificates.
    public var certificateSerialNumber: Certificate.SerialNumber { Certificate.SerialNumber(bytes: self.bytes) }
}

extension SerialNumber: CustomStringConvertible {
    /// Lower-case hexadecimal without separators.
    public var description: String { self.bytes.hexadecimal }
}
