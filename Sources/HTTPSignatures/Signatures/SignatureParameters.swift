// The parameters of a signature (RFC 9421 §2.3).

import RawStructuredFieldValues

/// What a signature says of itself.
public struct SignatureParameters: Hashable, Sendable {
    /// When it was made, in seconds since 1970-01-01.
    public let created: Int64?
    /// When it ends, in seconds since 1970-01-01.
    public let expires: Int64?
    /// A text that the signer uses once.
    public let nonce: String?
    /// Which key signed, in the signer's words.
    public let keyID: String?
    /// The algorithm.
    public let algorithm: SignatureAlgorithm?
    /// What the signature is for, by agreement of both sides.
    public let tag: String?

    /// Creates the parameters.
    public init(
        created: Int64? = nil,
        expires: Int64? = nil,
        nonce: String? = nil,
        keyID: String? = nil,
        algorithm: SignatureAlgorithm? = nil,
        tag: String? = nil
    ) {
        self.created = created
        self.expires = expires
        self.nonce = nonce
        self.keyID = keyID
        self.algorithm = algorithm
        self.tag = tag
    }

    /// The parameters of a member of `Signature-Input`.
    ///
    /// - Throws: ``HTTPSignatureError`` with `.unsupportedParameter` for any that is not registered: what it restricts
    ///   would not be heeded.
    init(_ map: OrderedMap<String, RFC9651BareItem>) throws(HTTPSignatureError) {
        let known: Set = ["created", "expires", "nonce", "keyid", "alg", "tag"]
        for (name, _) in map where !known.contains(name) {
            throw HTTPSignatureError(.unsupportedParameter, "the signature's parameter '\(name)' is not supported")
        }
        let algorithm = try Self.text("alg", of: map)
        self.algorithm = algorithm.flatMap { SignatureAlgorithm(rawValue: $0) }
        if let algorithm, self.algorithm == nil {
            let names = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPSignatureError(.unsupportedAlgorithm, "'alg' is '\(algorithm)'; it must be one of \(names)")
        }
        self.created = try Self.seconds("created", of: map)
        self.expires = try Self.seconds("expires", of: map)
        self.nonce = try Self.text("nonce", of: map)
        self.keyID = try Self.text("keyid", of: map)
        self.tag = try Self.text("tag", of: map)
    }

    /// The parameters in the order of the RFC's list.
    var map: OrderedMap<String, RFC9651BareItem> {
        var map: OrderedMap<String, RFC9651BareItem> = [:]
        map["created"] = self.created.map { .integer($0) }
        map["expires"] = self.expires.map { .integer($0) }
        map["nonce"] = self.nonce.map { .string($0) }
        map["keyid"] = self.keyID.map { .string($0) }
        map["alg"] = self.algorithm.map { .string($0.rawValue) }
        map["tag"] = self.tag.map { .string($0) }
        return map
    }

    private typealias Map = OrderedMap<String, RFC9651BareItem>

    private static func seconds(_ name: String, of map: Map) throws(HTTPSignatureError) -> Int64? {
        guard let item = map[name] else { return nil }
        guard case .integer(let seconds) = item else {
            throw HTTPSignatureError(.invalidParameter, "'\(name)' must be an integer")
        }
        return seconds
    }

    private static func text(_ name: String, of map: Map) throws(HTTPSignatureError) -> String? {
        guard let item = map[name] else { return nil }
        guard case .string(let text) = item else {
            throw HTTPSignatureError(.invalidParameter, "'\(name)' must be a string")
        }
        return text
    }
}
