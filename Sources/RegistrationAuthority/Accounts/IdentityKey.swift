// An agent's public key under the name that callers use for it.

public import JOSE
public import PKIX

/// A public key and its RFC 7638 thumbprint.
public struct IdentityKey: Hashable, Sendable {
    /// The key.
    public let key: SubjectPublicKey
    /// Its RFC 7638 thumbprint, in base64url.
    public let thumbprint: String

    /// A key with its thumbprint.
    ///
    /// - Throws: `JOSEError` for a key that JSON Web Keys do not have.
    public init(_ key: SubjectPublicKey) throws(JOSEError) {
        self.key = key
        self.thumbprint = try JSONWebKey(key.certificateKey).thumbprint
    }
}
