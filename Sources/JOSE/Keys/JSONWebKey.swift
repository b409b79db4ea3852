// A public key as JSON (RFC 7517): OKP with Ed25519 (RFC 8037), EC with P-256 and P-384, and RSA (RFC 7518 §6). Private
// keys have no representation here.

import Crypto
public import JSON
public import X509

/// A public key with the members that a JSON Web Key gives it.
public struct JSONWebKey: Hashable, Sendable {
    /// The key.
    public let publicKey: Certificate.PublicKey
    /// `kid`: a name that the sender chose; ``thumbprint`` is the one that the key itself has.
    public let keyID: String?
    /// `alg`: the one algorithm that the key is for.
    public let algorithm: JWSAlgorithm?
    /// The required members, in the order of RFC 7638 §3.
    let requiredMembers: [JSONMember]

    /// A key with its names.
    ///
    /// - Throws: ``JOSEError`` with `.unsupportedKey` when it is of no admitted kind, or RSA beyond
    ///   ``Budget/rsaModulusBits``, and with `.algorithmMismatch` when the algorithm is for other keys.
    public init(
        _ publicKey: Certificate.PublicKey,
        keyID: String? = nil,
        algorithm: JWSAlgorithm? = nil
    ) throws(JOSEError) {
        if let algorithm, !algorithm.suits(publicKey) {
            throw JOSEError(.algorithmMismatch, "'alg' is \(algorithm.rawValue), which is not for this kind of key")
        }
        self.requiredMembers = try Self.requiredMembers(of: publicKey)
        self.publicKey = publicKey
        self.keyID = keyID
        self.algorithm = algorithm
    }

    /// The document, with `kid` and `alg` when they are known.
    public var value: JSONValue {
        let names: [(String, String?)] = [("kid", self.keyID), ("alg", self.algorithm?.rawValue)]
        let named = names.compactMap { name, text in text.map { JSONMember(name: name, value: .string($0)) } }
        return .object(self.requiredMembers + named)
    }

    /// The name of the key by its content (RFC 7638), with SHA-256: 43 characters of base64url.
    public var thumbprint: String {
        // RFC 7638 §3: "Construct a JSON object containing only the required members of a JWK representing the key and with no
        // whitespace or line breaks […] with the required members ordered lexicographically".
        Base64URL.encode(SHA256.hash(data: JSONValue.object(self.requiredMembers).serialized))
    }
}
