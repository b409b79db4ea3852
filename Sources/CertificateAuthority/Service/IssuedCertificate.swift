// What a caller gets for a certificate: the certificate with its chain.

import Crypto

/// A certificate with the chain that a relying party needs besides its root.
public struct IssuedCertificate: Hashable, Sendable {
    /// The certificate as stored.
    public let stored: StoredCertificate
    /// DER certificates of the issuing CA and those above it, without the root.
    public let chain: [[UInt8]]
    /// Whether this is the answer to an earlier request with the same idempotency key.
    public let isReplay: Bool

    /// SHA-256 of the certificate's DER.
    public var sha256: [UInt8] { Array(SHA256.hash(data: self.stored.certificate)) }
}
