// A responder's key in memory, for at most a day (policies/, "Keys of OCSP responders").

import Crypto
import Foundation
public import PKIX
import X509

/// A P-256 key that lives as long as the process.
public struct MemorySigner: CertificateSigner {
    private let key: P256.Signing.PrivateKey
    /// The public half.
    public let subjectPublicKey: SubjectPublicKey

    /// Takes a key that was drawn for this purpose.
    init(_ key: P256.Signing.PrivateKey) throws(PKIXError) {
        self.key = key
        self.subjectPublicKey = try SubjectPublicKey(Certificate.PublicKey(key.publicKey))
    }

    /// Signs a message by ECDSA with SHA-256.
    public func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        guard scheme == .ecdsaSHA256 else {
            throw AuthorityError(.invalidHierarchy, "a P-256 key cannot sign with \(scheme.rawValue)")
        }
        return Array(try self.key.signature(for: message).derRepresentation)
    }

    /// Not for keys in memory: they sign OCSP responses alone.
    public func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        throw AuthorityError(.invalidHierarchy, "a key in memory signs no CRLs")
    }
}
