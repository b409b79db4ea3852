// Making a signature with a key that may be on a token: all that is asked of the key is a closure.

public import X509

/// Signs octets with an algorithm.
///
/// The answer is a signature as a JWS has it: r ‖ s for ECDSA, as PKCS#11 gives it; see
/// ``JWSAlgorithm/signature(fromCertificateForm:)`` for keys that give DER.
public typealias JWSSigner = @Sendable (_ algorithm: JWSAlgorithm, _ signingInput: [UInt8]) async throws -> [UInt8]

extension JSONWebSignature {
    /// Signs a payload.
    ///
    /// The signature is verified before it is returned: one that nobody can verify must not leave.
    ///
    /// - Parameters:
    ///   - key: The public half of the signer's key.
    ///   - signer: Signs; what it throws is thrown on.
    /// - Throws: ``JOSEError`` with `.malformedSignature` for a payload beyond the ``Budget``, `.algorithmMismatch` when
    ///   the header's algorithm is not one of the key's, or `.invalidSignature` when the signer gave no signature of it.
    public static func sign(
        _ payload: [UInt8],
        header: JWSHeader,
        key: Certificate.PublicKey,
        signer: JWSSigner
    ) async throws -> JSONWebSignature {
        guard payload.count <= Budget.payloadBytes else {
            throw JOSEError(.malformedSignature, "a payload has at most \(Budget.payloadBytes) octets")
        }
        guard header.algorithm.suits(key) else {
            throw JOSEError(.algorithmMismatch, "\(header.algorithm.rawValue) is not for this kind of key")
        }
        let signature = try await signer(header.algorithm, Self.signingInput(header: header, payload: payload))
        let jws = JSONWebSignature(header: header, payload: payload, signature: signature)
        _ = try jws.verified(with: key)
        return jws
    }
}
