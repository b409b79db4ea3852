// Answers to CAs' challenges over HTTP (RFC 8555 §8.3).

/// Key authorizations by their tokens.
public struct ChallengeResources: ResourceLoading {
    private static let prefix = "/.well-known/acme-challenge/"

    private let lookup: @Sendable (String) async throws -> String?

    /// Creates the place.
    ///
    /// - Parameter lookup: the key authorization of a token; nil when there is none.
    public init(lookup: @escaping @Sendable (String) async throws -> String?) { self.lookup = lookup }

    /// The challenges' own share, where a token may be.
    public func share(of path: String) -> LoadShare? { Self.token(path) == nil ? nil : .challenges }

    /// The key authorization, which nobody keeps: the next order's has another.
    public func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        guard let token = Self.token(target.path), let content = try await self.lookup(token) else { return nil }
        return PublishedResource(
            bytes: Array(content.utf8),
            contentType: "application/octet-stream",
            lastModified: nil,
            maxAge: 0
        )
    }

    /// The token in a path; nil when it is another path, or what follows is no token.
    ///
    /// RFC 8555 §8.3: "It MUST NOT contain any characters outside the base64url alphabet".
    private static func token(_ path: String) -> String? {
        guard path.hasPrefix(Self.prefix) else { return nil }
        let token = path.dropFirst(Self.prefix.count)
        guard (1...Budget.tokenBytes).contains(token.utf8.count), token.utf8.allSatisfy(Self.isAdmitted) else {
            return nil
        }
        return String(token)
    }

    private static func isAdmitted(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
