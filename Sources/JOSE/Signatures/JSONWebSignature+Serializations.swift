// The serializations of RFC 7515 §7 and appendix F.

public import JSON

extension JSONWebSignature {
    /// A signature in the compact serialization: `header.payload.signature`.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature`, `.unsupportedAlgorithm` or `.unsupportedCriticalHeader`.
    public init(compact text: String) throws(JOSEError) {
        let parts = try Self.parts(of: text)
        try self.init(protected: parts[0], signature: parts[2], payload: try Self.payload(parts[1]))
    }

    /// A signature with a payload kept elsewhere: `header..signature`.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature`, `.unsupportedAlgorithm` or `.unsupportedCriticalHeader`.
    public init(detached text: String, payload: [UInt8]) throws(JOSEError) {
        let parts = try Self.parts(of: text)
        guard parts[1].isEmpty else {
            throw JOSEError(.malformedSignature, "a detached JWS has nothing between its two dots")
        }
        try self.init(protected: parts[0], signature: parts[2], payload: payload)
    }

    /// A signature in the flattened JSON serialization (RFC 7515 §7.2.2).
    ///
    /// An unprotected `header` is ignored: nothing that is not signed is believed.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature`, `.unsupportedAlgorithm` or `.unsupportedCriticalHeader`.
    public init(flattened value: JSONValue) throws(JOSEError) {
        // RFC 7515 §7.2.2: "The "signatures" member MUST NOT be present when using this syntax."
        guard value["signatures"] == nil else {
            throw JOSEError(.malformedSignature, "the JWS has 'signatures'; exactly one signature is expected")
        }
        let texts = ["protected", "payload", "signature"].map { value[$0]?.text }
        guard let protected = texts[0], let payload = texts[1], let signature = texts[2] else {
            throw JOSEError(
                .malformedSignature,
                "a JWS is an object with the strings 'protected', 'payload' and 'signature'"
            )
        }
        try self.init(protected: protected, signature: signature, payload: try Self.payload(payload))
        try self.header.checkDisjoint(from: value["header"])
    }

    /// The compact serialization.
    public var compact: String { "\(self.protected).\(Base64URL.encode(self.payload)).\(self.encodedSignature)" }

    /// The compact serialization without the payload.
    public var detached: String { "\(self.protected)..\(self.encodedSignature)" }

    /// The flattened JSON serialization.
    public var flattened: JSONValue {
        [
            "payload": .string(Base64URL.encode(self.payload)), "protected": .string(self.protected),
            "signature": .string(self.encodedSignature),
        ]
    }

    /// The protected header in base64url.
    public var protected: String { self.header.encoded }

    /// The signature in base64url.
    public var encodedSignature: String { Base64URL.encode(self.signature) }

    private static func parts(of text: String) throws(JOSEError) -> [String] {
        let bound = Budget.headerBytes + 2 * (Budget.payloadBytes + Budget.signatureBytes)
        let parts = text.utf8.count > bound ? [] : text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw JOSEError(
                .malformedSignature,
                "a compact JWS is three texts between two dots, at most \(bound) octets"
            )
        }
        return parts.map { String($0) }
    }

    private static func payload(_ text: String) throws(JOSEError) -> [UInt8] {
        guard text.utf8.count <= Budget.payloadBytes * 2, let payload = Base64URL.decode(text) else {
            throw JOSEError(.malformedSignature, "the payload must be base64url without padding")
        }
        return payload
    }
}

extension JWSHeader {
    /// RFC 7515 §7.2.1: "The Header Parameter names in the two locations MUST be disjoint".
    func checkDisjoint(from unprotected: JSONValue?) throws(JOSEError) {
        guard let unprotected else { return }
        guard case .object(let members) = unprotected else {
            throw JOSEError(.malformedSignature, "'header' must be an object, not \(unprotected.kind)")
        }
        // §4.1.11: "crit" "MUST be integrity protected".
        for member in members where self.value[member.name] != nil || member.name == "crit" {
            let name = member.name.quotedForDetail
            throw JOSEError(.malformedSignature, "'\(name)' may not stand in the unprotected header")
        }
    }
}
