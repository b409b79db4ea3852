// One signature over one payload (RFC 7515), as it was received or made. It proves nothing until it is verified.

/// A JSON Web Signature with its payload.
public struct JSONWebSignature: Hashable, Sendable {
    /// The protected header.
    public let header: JWSHeader
    /// What is signed.
    public let payload: [UInt8]
    /// The signature; r ‖ s for ECDSA.
    public let signature: [UInt8]

    init(header: JWSHeader, payload: [UInt8], signature: [UInt8]) {
        self.header = header
        self.payload = payload
        self.signature = signature
    }

    /// A signature from its two texts and a payload that was kept elsewhere (RFC 7515 appendix F).
    ///
    /// - Parameters:
    ///   - protected: The protected header in base64url.
    ///   - signature: The signature in base64url.
    /// - Throws: ``JOSEError`` with `.malformedSignature`, `.unsupportedAlgorithm` or `.unsupportedCriticalHeader`.
    public init(protected: String, signature: String, payload: [UInt8]) throws(JOSEError) {
        guard payload.count <= Budget.payloadBytes else {
            throw JOSEError(.malformedSignature, "a payload has at most \(Budget.payloadBytes) octets")
        }
        guard signature.utf8.count <= Budget.signatureBytes * 2, let octets = Base64URL.decode(signature),
            (1...Budget.signatureBytes).contains(octets.count)
        else {
            throw JOSEError(
                .malformedSignature,
                "the signature must be 1 to \(Budget.signatureBytes) octets in base64url without padding"
            )
        }
        self.init(header: try JWSHeader(encoded: protected), payload: payload, signature: octets)
    }

    /// What the signature is over (RFC 7515 §5.1): the header and the payload, both in base64url.
    var signingInput: [UInt8] { Self.signingInput(header: self.header, payload: self.payload) }

    static func signingInput(header: JWSHeader, payload: [UInt8]) -> [UInt8] {
        Array((header.encoded + "." + Base64URL.encode(payload)).utf8)
    }
}
