// The proof that a signature is good. Only verification makes one.

public import X509

/// A payload and header that the holder of a key signed.
public struct VerifiedJWS: Hashable, Sendable {
    /// The signed header.
    public let header: JWSHeader
    /// The signed payload.
    public let payload: [UInt8]
    /// The key under which the signature was verified.
    public let key: Certificate.PublicKey

    fileprivate init(_ jws: JSONWebSignature, key: Certificate.PublicKey) {
        self.header = jws.header
        self.payload = jws.payload
        self.key = key
    }
}

extension JSONWebSignature {
    /// Verifies the signature under a key that the caller trusts for the purpose.
    ///
    /// - Parameter algorithms: Those that are admitted; the header's must be among them and one of the key's.
    /// - Throws: ``JOSEError`` with `.unsupportedAlgorithm`, `.algorithmMismatch` or `.invalidSignature`.
    public func verified(
        with key: Certificate.PublicKey,
        allowing algorithms: Set<JWSAlgorithm> = JWSAlgorithm.all
    ) throws(JOSEError) -> VerifiedJWS {
        let algorithm = self.header.algorithm
        guard algorithms.contains(algorithm) else {
            throw JOSEError(.unsupportedAlgorithm, "the algorithm \(algorithm.rawValue) is not admitted here")
        }
        // RFC 8725 §3.1: "Libraries MUST enable the caller to specify a supported set of algorithms", "each key MUST be
        // used with exactly one algorithm", or here with those of its kind.
        guard algorithm.suits(key) else {
            throw JOSEError(.algorithmMismatch, "'alg' is \(algorithm.rawValue), which is not for this kind of key")
        }
        guard algorithm.isValid(self.signature, over: self.signingInput, under: key) else {
            throw JOSEError(.invalidSignature, "the signature is not one of the key over this header and payload")
        }
        return VerifiedJWS(self, key: key)
    }

    /// Verifies the signature under a JSON Web Key, and with the key's own algorithm if it names one.
    ///
    /// - Throws: ``JOSEError`` with `.unsupportedAlgorithm`, `.algorithmMismatch` or `.invalidSignature`.
    public func verified(
        with key: JSONWebKey,
        allowing algorithms: Set<JWSAlgorithm> = JWSAlgorithm.all
    ) throws(JOSEError) -> VerifiedJWS {
        if let algorithm = key.algorithm, algorithm != self.header.algorithm {
            throw JOSEError(
                .algorithmMismatch,
                "'alg' is \(self.header.algorithm.rawValue), and the key is for \(algorithm.rawValue) alone"
            )
        }
        return try self.verified(with: key.publicKey, allowing: algorithms)
    }
}
