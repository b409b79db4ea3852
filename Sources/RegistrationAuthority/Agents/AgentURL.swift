// URLs of agents (RFC 3986), read strictly: what is fetched, published in DNS and shown must be one thing to every reader.

import JSON
import PKIX

/// An `https` or `http` URL with a host, without user information and fragment.
public struct AgentURL: Hashable, Sendable, CustomStringConvertible {
    /// The scheme of a URL.
    public enum Scheme: String, Hashable, Sendable {
        /// Over TLS.
        case https
        /// In the clear.
        case http
    }

    /// The URL as it was written.
    public let description: String
    /// The scheme.
    public let scheme: Scheme
    /// The host in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, the scheme's own when none is written.
    public let port: UInt16
    /// The path as it was written, percent-encoded; empty or with a leading slash.
    public let path: String

    /// Reads a URL.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidEndpoint`.
    public init(_ text: String) throws(RegistrationError) {
        guard text.utf8.count <= Budget.agentURLBytes else {
            throw Self.error("a URL of \(text.utf8.count) octets; at most \(Budget.agentURLBytes) are admitted")
        }
        try Self.checkCharacters(text)
        guard let separator = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
        else {
            throw Self.error("'\(text.quotedForDetail)' is no https URL")
        }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let (host, port) = try Self.hostAndPort(authority)
        self.description = text
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == .https ? 443 : 80)
        self.path = String(rest.dropFirst(authority.count).prefix { $0 != "?" })
    }

    /// Whether the host is this machine: `localhost` and below (RFC 6761 §6.3), 127.0.0.0/8, `::1`.
    public var isLoopback: Bool {
        if self.host == "localhost" || self.host.hasSuffix(".localhost") { return true }
        guard let address = IPAddress.bytes(of: self.host) else { return false }
        return address.count == 4 ? address[0] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether the host is an IP address.
    public var hasAddress: Bool { IPAddress.bytes(of: self.host) != nil }

    /// What RFC 3986 §2 admits, without `#`, which begins a fragment, and `;`, which ends a field of our TXT records.
    private static func checkCharacters(_ text: String) throws(RegistrationError) {
        let octets = Array(text.utf8)
        for (index, octet) in octets.enumerated() {
            switch octet {
            case UInt8(ascii: "#"): throw self.error("a URL here has no fragment ('#…')")
            case UInt8(ascii: ";"): throw self.error("a URL here has no ';'; write it as %3B")
            case UInt8(ascii: "%"):
                let digits = octets[(index + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                    throw self.error("'%' is not followed by two hexadecimal digits")
                }
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw self.error("'\(text.quotedForDetail)' has a character that must be percent-encoded (RFC 3986 §2)")
            case 0x21...0x7E: break
            default: throw self.error("'\(text.quotedForDetail)' has a space, a control or a character beyond ASCII")
            }
        }
    }

    private static func hostAndPort(_ authority: Substring) throws(RegistrationError) -> (String, UInt16?) {
        guard !authority.contains("@") else {
            throw self.error("a URL here has no user information (what stands before '@')")
        }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<end].lowercased()
            guard IPAddress.bytes(of: host)?.count == 16 else { throw self.error("'[\(host)]' is no IPv6 address") }
            return (host, try self.port(authority[authority.index(after: end)...]))
        }
        let host = authority.prefix { $0 != ":" }.lowercased()
        return (try self.checkedHost(host), try self.port(authority.dropFirst(host.count)))
    }

    private static func checkedHost(_ host: String) throws(RegistrationError) -> String {
        if IPAddress.bytes(of: host)?.count == 4 { return host }
        // What resolvers read as an address though it looks like a name: 0x7f000001, 127.0.0.0x1.
        let last = host.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        guard (try? HostName(host)) != nil, !last.hasPrefix("0x") else {
            throw self.error("'\(host.quotedForDetail)' is no host name")
        }
        return host
    }

    private static func port(_ text: Substring) throws(RegistrationError) -> UInt16? {
        if text.isEmpty { return nil }
        let digits = text.dropFirst().utf8
        guard text.hasPrefix(":"), let port = AgentVersion.number(digits).flatMap(UInt16.init(exactly:)), port > 0
        else {
            throw self.error("the port is a number from 1 to 65535")
        }
        return port
    }

    private static func error(_ reason: String) -> RegistrationError { RegistrationError(.invalidEndpoint, reason) }
}
