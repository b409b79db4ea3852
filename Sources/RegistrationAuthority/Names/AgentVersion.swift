// Versions of agents: ^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$ (ANS-2), ordered as Semantic Versioning 2.0.0 §11 orders
// its three numbers.

import JSON

/// A version of an agent: three numbers.
public struct AgentVersion: Hashable, Sendable {
    /// The first number: changes break callers.
    public let major: UInt32
    /// The second number: additions.
    public let minor: UInt32
    /// The third number: corrections.
    public let patch: UInt32

    /// Creates a version.
    public init(_ major: UInt32, _ minor: UInt32, _ patch: UInt32) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads a version such as `1.2.0`, without a `v`, a pre-release or build metadata.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public init(_ text: String) throws(RegistrationError) {
        let parts = text.utf8.prefix(Budget.nameTextBytes).split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, text.utf8.count <= Budget.nameTextBytes,
            let major = Self.number(parts[0]), let minor = Self.number(parts[1]), let patch = Self.number(parts[2])
        else {
            throw RegistrationError(.invalidAgentName, Self.reason(for: text))
        }
        self.init(major, minor, patch)
    }

    /// A number without leading zeros; nil for anything else, and beyond 32 bits.
    static func number(_ digits: some Collection<UInt8>) -> UInt32? {
        guard (1...10).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != 0x30 else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self))
    }

    private static func reason(for text: String) -> String {
        if text.hasPrefix("v"), let version = try? AgentVersion(String(text.dropFirst())) {
            return "a version has no 'v' outside of the ANS name; write '\(version)'"
        }
        return "'\(text.quotedForDetail)' is no version: three numbers with dots and without leading zeros are needed, "
            + "each at most \(UInt32.max), such as '1.0.0'"
    }
}

extension AgentVersion: Comparable {
    /// By the first number, then the second, then the third.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.major, lhs.minor, lhs.patch) < (rhs.major, rhs.minor, rhs.patch)
    }
}

extension AgentVersion: CustomStringConvertible {
    /// The three numbers with dots.
    public var description: String { "\(self.major).\(self.minor).\(self.patch)" }

    /// As the ANS name and DNS records have it: `v1.0.0`.
    public var segment: String { "v\(self)" }
}
