// Where a host's API is. Credentials travel there, so that it is https, or our own machine.

/// The base URL of a host's API.
public struct ProviderEndpoint: Hashable, Sendable {
    /// The URL, without a slash at its end.
    public let url: String
    /// Host and, unless it is the scheme's own, port: what the field `Host` says.
    let authority: String
    /// The path, without a slash at its end.
    let path: String

    /// Reads a URL such as `https://dns.example:8443/api`.
    ///
    /// - Parameters:
    ///   - text: The URL, without user, query and fragment.
    ///   - allowsPlaintext: Whether `http` may lead to other machines: the credentials then travel in the clear.
    /// - Throws: ``ProviderFailure`` with `.invalid`.
    public init(_ text: String, allowsPlaintext: Bool = false) throws(ProviderFailure) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Self.excluded.contains($0) }
        guard parts.count == 2, isPlain, parts[0] == "https" || parts[0] == "http" else {
            throw ProviderFailure(
                .invalid,
                "the address of an API is https:// (or http://), a host and perhaps a path; not user, query or fragment"
            )
        }
        let authority = String(parts[1].prefix { $0 != "/" })
        guard let host = Self.host(of: authority) else {
            throw ProviderFailure(.invalid, "the address of an API needs a host and, if a port, one from 1 to 65535")
        }
        guard parts[0] == "https" || allowsPlaintext || Self.isLoopback(host) else {
            throw ProviderFailure(
                .invalid,
                "http:// to another machine would show the credentials to the network; use https://"
            )
        }
        let path = parts[1].dropFirst(authority.count)
        self.authority = authority
        self.path = String(path.reversed().drop { $0 == "/" }.reversed())
        self.url = "\(parts[0])://\(authority)\(self.path)"
    }

    private init(https authority: String, path: String = "") {
        self.authority = authority
        self.path = path
        self.url = "https://\(authority)\(path)"
    }

    /// Cloudflare's API, version 4.
    public static let cloudflare = ProviderEndpoint(https: "api.cloudflare.com", path: "/client/v4")
    /// Route 53 of the global partition.
    public static let route53 = ProviderEndpoint(https: "route53.amazonaws.com")

    private static let excluded: Set<UInt8> = Set("@?#\\\"<>".utf8)

    private static func host(of authority: String) -> String? {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[..<end].dropFirst()
            rest = authority[end...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { return nil }
        if rest.isEmpty { return String(host) }
        guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return String(host)
    }

    /// A name that begins like an address of loopback is none: `127.0.0.1.example.com`.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets[0] == 127 && octets.allSatisfy { $0 != nil }
    }
}

extension ProviderEndpoint: CustomStringConvertible {
    /// The URL.
    public var description: String { self.url }
}
