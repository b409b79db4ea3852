// The port to an account's key, which may be in a token: all that is asked of it is signatures.

public import JOSE

/// Signs a client's requests.
///
/// Any number of tasks may ask at once.
public protocol AccountSigner: Sendable {
    /// The public half of the key.
    var webKey: JSONWebKey { get }
    /// The algorithm: ES256 is taken by every CA; EdDSA by few (RFC 8555 §6.2).
    var algorithm: JWSAlgorithm { get }

    /// Signs octets.
    ///
    /// - Returns: The signature as a JWS has it: r ‖ s for ECDSA.
    func sign(_ bytes: [UInt8]) async throws -> [UInt8]
}
