// URIs as subject alternative names (RFC 5280 §4.2.1.6, RFC 3986), with names of the Agent Name Service as the main kind.

/// An absolute URI whose authority is a host name.
public struct URIName: Hashable, Sendable, CustomStringConvertible {
    /// The URI, as the request spelled it.
    public let description: String
    /// The scheme, in lower case.
    public let scheme: String
    /// The host.
    ///
    /// For an ANS name it begins with the version: `v1.0.0.agent.example.com`.
    public let host: HostName

    /// Checks a URI.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName`.
    public init(_ text: String) throws(PKIXError) {
        guard text.utf8.count <= Budget.uriBytes else {
            throw PKIXError(
                .invalidName,
                "a URI name of \(text.utf8.count) octets; at most \(Budget.uriBytes) are admitted"
            )
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.unsafe.contains($0) }) else {
            throw PKIXError(.invalidName, "URI \(text.quotedForMessage) has a space, control or other unsafe character")
        }
        guard let separator = text.firstRange(of: "://") else {
            throw PKIXError(
                .invalidName,
                "URI \(text.quotedForMessage) has no '://' (RFC 5280 §4.2.1.6 asks for scheme and host)"
            )
        }
        let scheme = text[..<separator.lowerBound]
        guard Self.isScheme(scheme) else {
            throw PKIXError(.invalidName, "URI \(text.quotedForMessage) does not begin with a lower-case scheme")
        }
        // RFC 5280 §4.2.1.6: "URIs that include an authority ([RFC3986], Section 3.2) MUST include a fully qualified
        // domain name or IP address as the host." User information and ports have no place in a name.
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        self.host = try HostName(String(authority))
        self.scheme = String(scheme)
        self.description = text
    }

    /// Characters that RFC 3986 §2 does not admit in a URI, though ASCII prints them.
    private static let unsafe: [UInt8] = Array("\"<>\\^`{|}".utf8)

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return text.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
    }
}
