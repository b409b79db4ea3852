// The name of one request, so that a repetition gets the first answer (draft-ietf-httpapi-idempotency-key-header).

import PKIX

/// A value of the `Idempotency-Key` header field.
public struct IdempotencyToken: Hashable, Sendable, Codable, CustomStringConvertible {
    /// 32 hexadecimal digits.
    public let description: String

    /// Draws 128 random bits.
    public init(using generator: inout some RandomNumberGenerator) {
        self.description = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }.hexadecimal
    }

    /// Reads the token that an interrupted enrolment left.
    public init(from decoder: any Decoder) throws {
        self.description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
