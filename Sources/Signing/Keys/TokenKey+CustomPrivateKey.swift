// A key on a token where swift-certificates wants a private key.

public import Foundation
import PKIX
public import SwiftASN1
public import X509

extension TokenKey: Hashable {
    /// Equal when it is the same key pair on the same token.
    public static func == (lhs: TokenKey, rhs: TokenKey) -> Bool {
        lhs.token === rhs.token && lhs.label == rhs.label && lhs.subjectPublicKeyInfo == rhs.subjectPublicKeyInfo
    }

    /// Hashes the public key.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.subjectPublicKeyInfo) }
}

extension TokenKey: CustomStringConvertible {
    /// The type and the names.
    public var description: String { "\(self.type) key with \(keyName(label: self.label, id: self.id))" }
}

extension TokenKey: CustomPrivateKey {
    /// ECDSA with the digest of the curve's strength, Ed25519, or RSA PKCS#1 v1.5 with SHA-256.
    public var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm {
        switch self.type {
        case .p256: .ecdsaWithSHA256
        case .p384: .ecdsaWithSHA384
        case .ed25519: .ed25519
        case .rsa: .sha256WithRSAEncryption
        }
    }

    /// The one that ``defaultSignatureAlgorithm`` gives; swift-certificates has no name for RSASSA-PSS.
    public var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [self.defaultSignatureAlgorithm] }

    /// Signs, blocking the thread: only inside ``Token/blocking(_:)``.
    ///
    /// - Throws: ``SigningError/Code/wouldBlock`` on any other thread: it may be an event loop's or the cooperative
    ///   pool's.
    public func signSynchronously(
        bytes: some DataProtocol,
        signatureAlgorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate.Signature {
        let scheme = try self.scheme(for: signatureAlgorithm)
        let signature = try self.token.withSessionBlocking(
            recordingIn: self.timers,
            self.signing(scheme.input(forMessage: Array(bytes)), scheme: scheme)
        )
        return try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm,
            signatureBytes: ASN1BitString(bytes: signature[...])
        )
    }

    /// Signs without blocking a thread of the caller's.
    public func signAsynchronously(
        bytes: some DataProtocol & Sendable,
        signatureAlgorithm: Certificate.SignatureAlgorithm
    ) async throws -> Certificate.Signature {
        let scheme = try self.scheme(for: signatureAlgorithm)
        let signature = try await self.signature(for: bytes, scheme: scheme)
        return try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm,
            signatureBytes: ASN1BitString(bytes: signature[...])
        )
    }

    private func scheme(for algorithm: Certificate.SignatureAlgorithm) throws(SigningError) -> SignatureScheme {
        let scheme: SignatureScheme? =
            switch algorithm {
            case .ecdsaWithSHA256: .ecdsaSHA256
            case .ecdsaWithSHA384: .ecdsaSHA384
            case .ed25519: .ed25519
            case .sha256WithRSAEncryption: .rsaPKCS1SHA256
            default: nil
            }
        guard let scheme else {
            throw SigningError(.unsupportedScheme, "a \(self.type) key cannot sign with \(algorithm)")
        }
        try self.checkFit(scheme)
        return scheme
    }
}

extension TokenKey: PEMSerializable {
    /// The label that a private key would have.
    public static var defaultPEMDiscriminator: String { "PRIVATE KEY" }

    /// Throws: the private key never leaves the token.
    public func serialize(into coder: inout DER.Serializer) throws {
        throw SigningError(.notExportable, "the private key of \(self) never leaves its token")
    }
}
