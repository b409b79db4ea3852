// Where the keys of OCSP responders live: on the token, or in memory for a day (policies/).

public import Crypto
public import PKIX

/// How the daemon comes by the key of a responder.
public enum ResponderKeys: Sendable {
    /// On the token of the responder's CA.
    ///
    /// - find: finds a responder's key on its token and checks that it may be used.
    /// - signer: signs with a key whose public half is known; its token need not be there yet.
    case token(
        find: @Sendable (KeyDefinition) async throws -> SubjectPublicKey,
        signer: @Sendable (KeyDefinition, SubjectPublicKey) throws -> any CertificateSigner
    )
    /// In this process's memory, drawn anew for each certificate, which lives for ``Budget/memoryResponderSeconds``.
    case memory(makeKey: @Sendable () -> P256.Signing.PrivateKey)

    /// Whether keys and certificates end with the process.
    public var areInMemory: Bool {
        if case .memory = self { true } else { false }
    }
}
