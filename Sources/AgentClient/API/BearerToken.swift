// The API token (RFC 6750): from a file that only its owner reads, or from the environment; never from an argument.

/// An API token; prints, dumps and reflects without the secret.
public struct BearerToken: Sendable {
    private let secret: String

    /// Takes the text of a token; white space around it is dropped.
    ///
    /// - Parameters:
    ///   - source: where it comes from, for messages.
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration` when it is empty or no header field could carry it.
    public init(_ text: String, source: String) throws(AgentClientError) {
        let characters = text.utf8.drop(while: Self.isSpace).reversed().drop(while: Self.isSpace)
        guard !characters.isEmpty else {
            throw AgentClientError(.invalidConfiguration, "\(source) is empty; write the API token into it")
        }
        // RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
        guard characters.count <= Budget.tokenBytes, characters.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw AgentClientError(.invalidConfiguration, "\(source) holds something else than one API token")
        }
        self.secret = String(decoding: characters.reversed(), as: UTF8.self)
    }

    /// Reads a token from a file with mode 0600 or less.
    ///
    /// - Throws: ``AgentClientError`` with `.exposedSecret` or `.invalidConfiguration`.
    public static func read(from path: String) throws(AgentClientError) -> BearerToken {
        let content = try SecretFile.load(path, what: "the token file", limit: Budget.tokenBytes)
        return try BearerToken(String(decoding: content, as: UTF8.self), source: "the token file \(path)")
    }

    /// The value of the `Authorization` header field.
    var authorization: String { "Bearer \(self.secret)" }

    private static func isSpace(_ character: UInt8) -> Bool {
        character == 0x20 || (0x09...0x0D).contains(character)
    }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `[redacted]`.
    public var description: String { "[redacted]" }

    /// `[redacted]`.
    public var debugDescription: String { self.description }

    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
