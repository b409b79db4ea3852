// The port to the key with which the registry counter-signs cards (A2A 1.0 §8.4). Relying parties find the key by the chain
// in `x5c`, and trust it because the chain leads to our root.

import Crypto
import JOSE
import PKIX
import X509

/// A key of the registry with the certificates that lead to the root.
public struct RegistryCredential: Sendable {
    /// DER certificates, the key's own first, without the root.
    public let certificateChain: [[UInt8]]
    let key: JSONWebKey
    let algorithm: JWSAlgorithm
    private let sign: @Sendable ([UInt8]) async throws -> [UInt8]

    /// Names a key.
    ///
    /// - Parameters:
    ///   - certificateChain: DER, the key's own certificate first.
    ///   - sign: signs octets with the key's usual scheme; the signature as certificates have it (RFC 3279: DER for ECDSA).
    /// - Throws: ``RegistrationError`` with `.invalidCardSigner` when the first certificate cannot be read or its key
    ///   cannot sign a JWS.
    public init(
        certificateChain: [[UInt8]],
        sign: @escaping @Sendable ([UInt8]) async throws -> [UInt8]
    ) throws(RegistrationError) {
        guard let leaf = certificateChain.first, let certificate = try? Certificate(reading: leaf),
            let key = try? JSONWebKey(certificate.publicKey),
            let algorithm = JWSAlgorithm.preferred(for: certificate.publicKey)
        else {
            throw RegistrationError(.invalidCardSigner, "the registry's certificate has no key that signs cards")
        }
        self.certificateChain = certificateChain
        self.key = key
        self.algorithm = algorithm
        self.sign = sign
    }

    /// SHA-256 of the key's certificate.
    var fingerprint: [UInt8] { Array(SHA256.hash(data: self.certificateChain.first ?? [])) }

    /// A signature as a JWS has it.
    func signature(over octets: [UInt8], _ algorithm: JWSAlgorithm) async throws -> [UInt8] {
        try algorithm.signature(fromCertificateForm: try await self.sign(octets))
    }
}

/// Knows the key that counter-signs cards.
///
/// Any number of tasks may ask at once; key and certificate change together, when they are renewed.
public protocol CardSigning: Sendable {
    /// The key in use; nil while there is none: cards are then served with the agent's signature alone.
    var credential: RegistryCredential? { get }
}
