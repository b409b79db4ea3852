// A root and an issuing CA in memory, with the profiles of `ca/profiles`.

import CertificateAuthority
import Crypto
import Foundation
import PKIX
import SwiftASN1
import Synchronization
import X509

/// A key in memory that signs for an issuer, or says that it cannot.
final class SoftwareSigner: CertificateSigner {
    let key: P256.Signing.PrivateKey
    let subjectPublicKey: SubjectPublicKey
    private let failure = Mutex<(any Error)?>(nil)
    private let gate = Mutex<AsyncStream<Void>?>(nil)

    init(_ key: P256.Signing.PrivateKey) throws {
        self.key = key
        self.subjectPublicKey = try SubjectPublicKey(Certificate.PublicKey(key.publicKey))
    }

    /// Has every signature fail with an error, or none.
    func fail(_ error: (any Error)?) { self.failure.withLock { $0 = error } }

    /// Has signatures wait until the stream ends.
    func wait(for stream: AsyncStream<Void>) { self.gate.withLock { $0 = stream } }

    func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        if let stream = self.gate.withLock({ $0 }) { for await _ in stream {} }
        if let error = self.failure.withLock({ $0 }) { throw error }
        return Array(try self.key.signature(for: message).derRepresentation)
    }

    func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        throw SignsNoCRLs()
    }
}

private struct SignsNoCRLs: Error {}

/// The hierarchy of a test.
struct TestHierarchy {
    static let now = Date(timeIntervalSince1970: 1_795_250_000)

    let root: [UInt8]
    let issuer: Issuer
    let signer: SoftwareSigner
    let profiles: [CertificateProfile]

    init() throws {
        let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let rootName = try DistinguishedName { CommonName("Test Root") }
        let issuerKey = P256.Signing.PrivateKey()
        self.root = try Self.authority(rootKey.publicKey, rootName, by: rootKey, rootName, pathLength: nil)
        self.signer = try SoftwareSigner(issuerKey)
        let issuerName = try DistinguishedName { CommonName("Test Issuer") }
        let certificate = try Self.authority(
            Certificate.PublicKey(issuerKey.publicKey),
            issuerName,
            by: rootKey,
            rootName,
            pathLength: 0
        )
        self.issuer = try Issuer(
            name: "agents",
            certificate: certificate,
            signer: self.signer,
            addresses: try PublicAddresses(base: "http://pki.example")
        )
        self.profiles = try ["agent-identity", "agent-tls"].map { name in
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../../ca/profiles/\(name).yaml")
            return try CertificateProfile(text: try String(contentsOf: file, encoding: .utf8), file: name)
        }
    }

    private static func authority(
        _ key: Certificate.PublicKey,
        _ subject: DistinguishedName,
        by signer: Certificate.PrivateKey,
        _ issuer: DistinguishedName,
        pathLength: Int?
    ) throws -> [UInt8] {
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: self.now.addingTimeInterval(-86_400),
            notValidAfter: self.now.addingTimeInterval(5 * 365 * 86_400),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: pathLength))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: signer.publicKey).keyIdentifier)
            },
            issuerPrivateKey: signer
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
