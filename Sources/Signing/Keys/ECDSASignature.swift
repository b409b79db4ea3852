// ECDSA signatures: r and s side by side as PKCS#11 gives them (Mechanisms §2.3.1), and the DER that X.509 carries
// (RFC 3279 §2.2.3).

import SwiftASN1

/// An ECDSA signature.
///
/// ```
/// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
/// ```
public struct ECDSASignature: Hashable, Sendable {
    /// `r` and `s`, each padded to the octets of the curve's order.
    public let rawRepresentation: [UInt8]

    /// Reads `r` and `s` side by side.
    ///
    /// - Parameter coordinateBytes: The octets of the curve's order: 32 for P-256, 48 for P-384.
    /// - Throws: ``SigningError/Code/malformedAnswer`` when the length is another, or `r` or `s` is zero.
    public init(rawRepresentation raw: [UInt8], coordinateBytes: Int) throws(SigningError) {
        guard raw.count == 2 * coordinateBytes else {
            throw SigningError(
                .malformedAnswer,
                "an ECDSA signature of \(raw.count) octets where \(2 * coordinateBytes) are due"
            )
        }
        guard raw.prefix(coordinateBytes).contains(where: { $0 != 0 }),
            raw.suffix(coordinateBytes).contains(where: { $0 != 0 })
        else {
            throw SigningError(.malformedAnswer, "an ECDSA signature with r or s zero")
        }
        self.rawRepresentation = raw
    }

    /// Reads `Ecdsa-Sig-Value`.
    ///
    /// - Throws: ``SigningError/Code/malformedAnswer`` when it is not DER or a number is too large for the curve.
    public init(derRepresentation der: [UInt8], coordinateBytes: Int) throws(SigningError) {
        let numbers: (r: ArraySlice<UInt8>, s: ArraySlice<UInt8>)
        do {
            // As octets, integers are unsigned: a negative one is refused, the zero octet before a high bit dropped.
            numbers = try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
                (try ArraySlice(derEncoded: &nodes), try ArraySlice(derEncoded: &nodes))
            }
        } catch {
            throw SigningError(.malformedAnswer, "an ECDSA signature that is not DER: \(error)")
        }
        let raw = try Self.padded(numbers.r, to: coordinateBytes) + Self.padded(numbers.s, to: coordinateBytes)
        try self.init(rawRepresentation: raw, coordinateBytes: coordinateBytes)
    }

    /// `Ecdsa-Sig-Value` in DER, its integers as short as DER demands.
    public var derRepresentation: [UInt8] {
        let half = self.rawRepresentation.count / 2
        let r = Self.integer(self.rawRepresentation[..<half])
        let s = Self.integer(self.rawRepresentation[half...])
        // Both integers are shorter than 128 octets with every curve that KeyType has, so lengths take one octet.
        return [0x30, UInt8(r.count + s.count)] + r + s
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let digits = bytes.drop { $0 == 0 }
        let needsSign = (digits.first ?? 0x80) >= 0x80
        return [0x02, UInt8(digits.count + (needsSign ? 1 : 0))] + (needsSign ? [0] : []) + digits
    }

    private static func padded(_ bytes: ArraySlice<UInt8>, to count: Int) throws(SigningError) -> [UInt8] {
        guard bytes.count <= count else {
            throw SigningError(.malformedAnswer, "an ECDSA signature with r or s larger than the curve")
        }
        return Array(repeating: 0, count: count - bytes.count) + bytes
    }
}
