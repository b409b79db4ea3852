// URLs of the web as strangers give them (RFC 3986, RFC 9110 §4.2), in the strict subset that every reader understands
// alike: where two parsers may disagree about the host, one of them is the attacker's.

public import PKIX

/// An absolute `http` or `https` URL without user information or fragment.
public struct WebURL: Hashable, Sendable, CustomStringConvertible {
    /// How to speak to the host.
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        /// Without TLS.
        case http
        /// With TLS.
        case https

        /// The port when the URL names none.
        public var defaultPort: UInt16 { self == .https ? 443 : 80 }
    }

    /// Whom to connect to.
    public enum Host: Hashable, Sendable {
        /// A name that is to be resolved.
        case name(HostName)
        /// An address, 4 or 16 octets.
        case address([UInt8])
    }

    /// The URL as it was given.
    public let description: String
    /// The scheme.
    public let scheme: Scheme
    /// The host.
    public let host: Host
    /// The port, named or by the scheme.
    public let port: UInt16
    /// Path and query as the request line has them; never empty.
    public let target: String

    /// Reads a URL.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidURL`; the reason names the rule, not the whole URL.
    public init(_ text: String) throws(RegistrationError) {
        let rest: Substring
        (self.scheme, rest) = try Self.scheme(of: text)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        // RFC 9110 §4.2.4: "Before making use of an "http" or "https" URI reference received from an untrusted source,
        // a recipient SHOULD parse for userinfo and treat its presence as an error".
        guard !authority.contains("@") else { throw Self.error("user information before the host is not admitted") }
        let (host, port) = try Self.split(authority)
        self.host = try Self.host(of: host)
        self.port = try Self.port(of: port) ?? self.scheme.defaultPort
        try Self.checkEscapes(target)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
        self.description = text
    }

    private static func scheme(of text: String) throws(RegistrationError) -> (Scheme, Substring) {
        guard text.utf8.count <= Budget.urlBytes else {
            throw self.error("it has \(text.utf8.count) octets; at most \(Budget.urlBytes) are admitted")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !self.unsafe.contains($0) }) else {
            throw self.error("it has a space, a control character, a backslash, or another that must be escaped")
        }
        guard !text.contains("#") else { throw self.error("a fragment is not admitted") }
        guard let end = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<end.lowerBound].lowercased())
        else {
            throw self.error("it must begin with https:// or http://")
        }
        return (scheme, text[end.upperBound...])
    }

    /// Characters that RFC 3986 §2 does not admit in a URI, though ASCII prints them.
    private static let unsafe: [UInt8] = Array("\"<>\\^`{|}".utf8)

    /// Host and port; the host of a literal keeps its brackets.
    private static func split(_ authority: Substring) throws(RegistrationError) -> (Substring, Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw self.error("'[' without ']'") }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw self.error("only a port may follow ']'") }
            return (authority[...end], rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func host(of text: Substring) throws(RegistrationError) -> Host {
        if text.hasPrefix("[") {
            guard let octets = IPAddress.octets(of: String(text.dropFirst().dropLast())), octets.count == 16 else {
                throw self.error("in brackets an IPv6 address is needed")
            }
            return .address(octets)
        }
        if let octets = IPAddress.octets(of: String(text)), octets.count == 4 { return .address(octets) }
        // Resolvers also take 0x7f.1, 2130706433 and the like for addresses (inet_aton); no name of the public DNS ends
        // in a number. Decimal ones are no host names already.
        let last = text.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        guard !last.lowercased().hasPrefix("0x"), let name = try? HostName(text.lowercased()) else {
            throw self.error("the host is neither a host name (internationalised names as xn--…) nor an IP address")
        }
        return .name(name)
    }

    private static func port(of text: Substring?) throws(RegistrationError) -> UInt16? {
        guard let text else { return nil }
        guard let port = UInt16(text), port > 0, String(port) == text else {
            throw self.error("the port is a number from 1 to 65535 without leading zeros")
        }
        return port
    }

    /// RFC 3986 §2.1: `pct-encoded = "%" HEXDIG HEXDIG`.
    private static func checkEscapes(_ text: Substring) throws(RegistrationError) {
        for part in text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst() {
            let digits = part.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                throw self.error("'%' must be followed by two hexadecimal digits")
            }
        }
    }

    private static func error(_ rule: String) -> RegistrationError {
        RegistrationError(.invalidURL, "the URL is not admitted: \(rule)")
    }
}

extension WebURL {
    /// The host's text: the name, or the address without brackets.
    public var hostText: String {
        switch self.host {
        case .name(let name): name.description
        case .address(let octets): IPAddress.text(of: octets)
        }
    }

    /// Whether the host is `localhost`, a name below it (RFC 6761 §6.3), or a loopback address.
    public var isLoopback: Bool {
        switch self.host {
        case .name(let name): name.description == "localhost" || name.description.hasSuffix(".localhost")
        case .address(let octets):
            octets.first == 127 && octets.count == 4
                || octets == [UInt8](repeating: 0, count: 15) + [1]
        }
    }
}
