// A certificate authority of two levels, made for one test.

import Crypto
import Foundation
import SwiftASN1
import X509

/// What the authority may be told to do wrong.
struct IssuanceFault: Sendable {
    var names: [GeneralName]?
    var key: Certificate.PublicKey?
    var notBefore: Date?
    var notAfter: Date?
    var isAuthority = false
}

struct TestAuthority: Sendable {
    let root: Certificate
    let issuing: Certificate
    private let issuingKey: Certificate.PrivateKey

    init(now: Date = Date()) throws {
        let rootKey = Certificate.PrivateKey(P384.Signing.PrivateKey())
        let issuingKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        self.issuingKey = issuingKey
        let rootName = try DistinguishedName { CommonName("Test Root \(UInt32.random(in: 0...UInt32.max))") }
        let issuingName = try DistinguishedName { CommonName("Test Issuing CA") }
        let year: TimeInterval = 31_536_000
        self.root = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: rootKey.publicKey,
            notValidBefore: now - year,
            notValidAfter: now + 10 * year,
            issuer: rootName,
            subject: rootName,
            signatureAlgorithm: .ecdsaWithSHA384,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: rootKey.publicKey)
            },
            issuerPrivateKey: rootKey
        )
        self.issuing = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: issuingKey.publicKey,
            notValidBefore: now - year,
            notValidAfter: now + 5 * year,
            issuer: rootName,
            subject: issuingName,
            signatureAlgorithm: .ecdsaWithSHA384,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: issuingKey.publicKey)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: rootKey.publicKey).keyIdentifier)
            },
            issuerPrivateKey: rootKey
        )
    }

    var rootPEM: String { get throws { try self.root.serializeAsPEM().pemString + "\n" } }
    var issuingPEM: String { get throws { try self.issuing.serializeAsPEM().pemString + "\n" } }

    /// A certificate for a request, with what is wrong about it.
    func issue(csr: String, lifetime: TimeInterval, now: Date, fault: IssuanceFault = .init()) throws -> Certificate {
        let request = try CertificateSigningRequest(pemEncoded: csr)
        guard request.publicKey.isValidSignature(request.signature, for: request) else { throw TestFailure("bad CSR") }
        let names = try request.attributes.extensionRequest?.extensions.subjectAlternativeNames
        return try self.certificate(
            key: fault.key ?? request.publicKey,
            names: fault.names ?? names.map(Array.init) ?? [],
            notBefore: fault.notBefore ?? now - 60,
            notAfter: fault.notAfter ?? now + lifetime,
            isAuthority: fault.isAuthority
        )
    }

    /// A server's certificate with its key.
    func server(names: [GeneralName], now: Date = Date()) throws -> (
        certificate: Certificate, key: Certificate.PrivateKey
    ) {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let certificate = try self.certificate(
            key: key.publicKey,
            names: names,
            notBefore: now - 60,
            notAfter: now + 86_400
        )
        return (certificate, key)
    }

    private func certificate(
        key: Certificate.PublicKey,
        names: [GeneralName],
        notBefore: Date,
        notAfter: Date,
        isAuthority: Bool = false
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: key,
            notValidBefore: notBefore,
            notValidAfter: notAfter,
            issuer: self.issuing.subject,
            subject: DistinguishedName(),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(
                    isAuthority
                        ? BasicConstraints.isCertificateAuthority(maxPathLength: nil) : .notCertificateAuthority
                )
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth, .serverAuth])
                Critical(SubjectAlternativeNames(names))
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.issuingKey.publicKey).keyIdentifier
                )
            },
            issuerPrivateKey: self.issuingKey
        )
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
