// The signer's side (RFC 9421 §3.1): the fields that make a request one of the key's holder.

public import FoundationEssentials
public import HTTPTypes
public import X509

/// Signs requests with one key.
public struct MessageSigner: Sendable {
    /// Signs a base with an algorithm; ECDSA gives r ‖ s.
    public typealias Sign = @Sendable (_ algorithm: SignatureAlgorithm, _ base: [UInt8]) async throws -> [UInt8]

    /// The name under which the other side knows the key.
    public let keyID: String
    /// The public half.
    public let key: Certificate.PublicKey
    /// The algorithm.
    public let algorithm: SignatureAlgorithm
    /// How long a signature is good for, in seconds.
    public let lifetime: Int64
    /// The label of the signatures.
    public let label: String
    /// Fields to cover, where a request has them, beyond method, target and `Content-Digest`.
    public let fields: [HTTPField.Name]
    private let sign: Sign

    /// Creates a signer.
    ///
    /// - Parameters:
    ///   - algorithm: Without it, the one that ``SignatureAlgorithm/preferred(for:)`` gives.
    ///   - sign: Signs with the private half, wherever that is kept.
    /// - Throws: ``HTTPSignatureError`` with `.algorithmMismatch` when the algorithm is not one of the key's.
    public init(
        keyID: String,
        key: Certificate.PublicKey,
        algorithm: SignatureAlgorithm? = nil,
        lifetime: Int64 = 60,
        label: String = "sig1",
        fields: [HTTPField.Name] = [.contentType],
        sign: @escaping Sign
    ) throws(HTTPSignatureError) {
        guard let algorithm = algorithm ?? .preferred(for: key), algorithm.suits(key) else {
            throw HTTPSignatureError(
                .algorithmMismatch,
                "no algorithm of RFC 9421 that was asked for is one of the key's"
            )
        }
        self.keyID = keyID
        self.key = key
        self.algorithm = algorithm
        self.lifetime = lifetime
        self.label = label
        self.fields = fields
        self.sign = sign
    }

    /// The request with `Content-Digest`, if it has a body, `Signature-Input` and `Signature`.
    ///
    /// - Parameters:
    ///   - request: With scheme, authority and path as the server will see them, and all fields that are to be covered.
    ///   - body: The octets as they will be sent.
    ///   - nonce: A text that this key has never used: 16 random octets or more, in any alphabet of printable ASCII.
    ///   - instant: The present.
    /// - Throws: ``HTTPSignatureError`` when the request cannot be signed, with `.invalidSignature` when the closure gave
    ///   no signature of the key; and what the closure throws.
    public func signed(
        _ request: HTTPRequest,
        body: [UInt8],
        nonce: String,
        at instant: Date
    ) async throws -> HTTPRequest {
        var request = request
        if !body.isEmpty { request.headerFields[.contentDigest] = ContentDigest.value(for: body) }
        let created = Int64(instant.timeIntervalSince1970.rounded(.down))
        let input = try SignatureInput(
            label: self.label,
            components: self.components(of: request),
            parameters: SignatureParameters(
                created: created,
                expires: created + self.lifetime,
                nonce: nonce,
                keyID: self.keyID,
                algorithm: self.algorithm
            )
        )
        let base = try input.base(for: request)
        let signature = try await self.sign(self.algorithm, base)
        guard self.algorithm.isValid(signature, over: base, under: self.key) else {
            throw HTTPSignatureError(.invalidSignature, "the signer gave a signature that is not one of its key")
        }
        request.headerFields[.signatureInput] = "\(self.label)=\(input.serialized)"
        request.headerFields[.signature] = try StructuredText.of(label: self.label, octets: signature)
        return request
    }

    private func components(of request: HTTPRequest) -> [CoveredComponent] {
        let fields = ([.contentDigest] + self.fields).filter { request.headerFields.contains($0) }
        return [.method, .targetURI] + fields.map { CoveredComponent(field: $0) }
    }
}
