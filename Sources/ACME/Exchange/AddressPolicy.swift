// Which addresses are called. RFC 8555 §6.1: "Communications between an ACME client and an ACME server are done over
// HTTPS".

/// The addresses that a client may call.
struct AddressPolicy: Hashable, Sendable {
    /// Whether `http://` is admitted to this machine itself: for tests and for a CA behind a local proxy.
    let allowsPlainLoopback: Bool

    private static let loopback: Set<String> = ["127.0.0.1", "[::1]", "localhost"]

    /// Whether an address may be called.
    func admits(_ url: String) -> Bool {
        // A backslash is none of RFC 3986's characters, and ends an authority for some readers.
        guard (9...Budget.urlBytes).contains(url.utf8.count),
            url.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return false }
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return false }
        let authority = lower.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        // Credentials in an address would go to whoever logs it.
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        return scheme == "https://" || (self.allowsPlainLoopback && Self.loopback.contains(Self.host(of: authority)))
    }

    private static func host(of authority: Substring) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }
}
