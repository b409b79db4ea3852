// An issuer's key on a token that may be away when the daemon starts.
//
// The public key is known from the certificate. The private one is looked up on first use and held only when it can
// never leave the token and is the certificate's: a key that fails the check signs nothing.

public import PKIX
public import Signing
import Synchronization
import X509

/// A key on a token, bound to the public key that it must have.
public final class TokenSigner: CertificateSigner {
    /// The public half, as the certificate has it.
    public let subjectPublicKey: SubjectPublicKey
    private let token: Token
    private let label: String
    private let key = Mutex<TokenKey?>(nil)

    /// Names a key; the token need not be there yet.
    public init(token: Token, label: String, publicKey: SubjectPublicKey) {
        self.token = token
        self.label = label
        self.subjectPublicKey = publicKey
    }

    /// Looks the key up and checks it, once.
    ///
    /// - Throws: `SigningError`: `.unavailable` while the token is away; `.keyNotFound`, `.keyNotProtected` or
    ///   `.keyMismatch` when the key may not be used.
    @discardableResult
    public func resolve() async throws -> TokenKey {
        if let key = self.key.withLock({ $0 }) { return key }
        let key = try await self.token.key(label: self.label)
        try key.requireUsable(for: self.subjectPublicKey.certificateKey)
        self.key.withLock { $0 = key }
        return key
    }

    /// Signs with the key on the token.
    public func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await self.resolve().signature(for: message, scheme: scheme)
    }

    /// Signs a message with the key on the token by the message's digest.
    public func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await self.resolve().signature(overDigest: digest, scheme: scheme)
    }
}
