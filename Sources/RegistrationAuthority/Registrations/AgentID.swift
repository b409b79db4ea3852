// Ids of agents and of what is asked for them: UUIDs of version 7 (RFC 9562 §5.7), so that ids rise with time.

public import FoundationEssentials

/// The id of an agent's registration.
public struct AgentID: Hashable, Sendable, Comparable, CustomStringConvertible {
    // Stored: a change here needs a migration.
    /// The UUID in lower case.
    public let description: String

    /// Draws an id: 48 bits of milliseconds, 74 random bits.
    public init(at instant: Date, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, instant.timeIntervalSince1970 * 1_000))
        self.init(
            high: milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &generator),
            low: 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &generator)
        )
    }

    /// The id that a digest gives: the same for the same digest, of version 8 (RFC 9562 §5.8).
    ///
    /// - Parameter digest: at least 16 octets, as a hash function gives them.
    init(of digest: some Sequence<UInt8>) {
        let words = digest.prefix(16).reduce(into: (UInt64(0), UInt64(0))) { words, octet in
            words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(octet))
        }
        self.init(
            high: words.0 & ~0xF000 | 0x8000,
            low: words.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        )
    }

    private init(high: UInt64, low: UInt64) {
        let digits = Self.digits(high) + Self.digits(low)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        self.description = parts.joined(separator: "-")
    }

    /// Reads an id; nil for what is no UUID.
    ///
    /// Upper case is admitted, as RFC 9562 §4 asks.
    public init?(_ text: String) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: text) else { return nil }
        self.description = uuid.uuidString.lowercased()
    }

    private static func digits(_ number: UInt64) -> [Character] {
        let text = String(number, radix: 16)
        return Array(String(repeating: "0", count: 16 - text.count) + text)
    }

    /// By time.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
