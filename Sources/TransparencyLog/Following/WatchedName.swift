// A name that is watched for: a host with everything that stands for it, or all hosts below a domain.

/// A name, or `*.` and a name for everything below it at any depth.
public struct WatchedName: Hashable, Sendable {
    private let text: String
    private let isSuffix: Bool

    /// Reads a name.
    ///
    /// - Throws: ``LogError`` with `.invalidEntry` for a text that is none.
    public init(_ text: String) throws(LogError) {
        let lowered = Self.plain(text.lowercased())
        self.isSuffix = lowered.hasPrefix("*.")
        self.text = self.isSuffix ? String(lowered.dropFirst(2)) : lowered
        guard !self.text.isEmpty, !self.text.contains("*"), self.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw LogError(
                .invalidEntry,
                "'\(text)' is not a name, nor '*.' and a name; write internationalised names as xn--…"
            )
        }
    }

    /// Whether a name that an entry shows stands for this one, or for something below it.
    public func matches(_ name: String) -> Bool {
        let host = Self.host(in: name)
        if self.isSuffix { return host.hasSuffix(".\(self.text)") }
        if host == self.text { return true }
        // A wildcard stands for one label (RFC 9525 §6.3).
        guard host.hasPrefix("*."), let dot = self.text.firstIndex(of: ".") else { return false }
        return host.dropFirst(2) == self.text[self.text.index(after: dot)...]
    }

    /// The host of a name with its kind (`DNS:`, `IP:`, `URI:`), of a URI, or of an ANS name, without its version.
    static func host(in name: String) -> String {
        var rest = name.lowercased()[...]
        for kind in ["dns:", "uri:", "ip:"] where rest.hasPrefix(kind) { rest = rest.dropFirst(kind.count) }
        guard let scheme = rest.firstRange(of: "://") else { return Self.plain(String(rest)) }
        let isAgent = rest[..<scheme.lowerBound] == "ans"
        rest = rest[scheme.upperBound...]
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") { rest = rest[..<colon] }
        return Self.plain(isAgent ? Self.withoutVersion(String(rest)) : String(rest))
    }

    /// `v1.2.3.host` without its first three labels (ANS names).
    private static func withoutVersion(_ text: String) -> String {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 3, labels[0].first == "v", Decimal.decode(labels[0].dropFirst()) != nil,
            labels[1...2].allSatisfy({ Decimal.decode($0) != nil })
        else { return text }
        return labels[3...].joined(separator: ".")
    }

    private static func plain(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}
