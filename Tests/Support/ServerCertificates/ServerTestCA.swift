// A CA of servers for tests: it certifies whatever it is asked for.

import Crypto
public import Foundation
import PKIX
import SwiftASN1
public import X509

/// A CA with its root alone.
public struct ServerTestCA: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name = try! DistinguishedName { CommonName("Test CA of servers") }

    /// Creates a CA with a new key.
    public init() {}

    /// A certificate for a host, in DER.
    public func certificate(
        for key: Certificate.PublicKey,
        host: String,
        from notBefore: Date,
        lifetime: Double
    ) throws -> [UInt8] {
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: notBefore,
            notValidAfter: notBefore.addingTimeInterval(lifetime),
            issuer: self.name,
            subject: DistinguishedName(),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                SubjectAlternativeNames([.dnsName(host)])
                try ExtendedKeyUsage([.serverAuth])
            },
            issuerPrivateKey: Certificate.PrivateKey(self.key)
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// The CA's own certificate, in DER.
    public func root(at instant: Date) throws -> [UInt8] {
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(self.key.publicKey),
            notValidBefore: instant.addingTimeInterval(-86_400),
            notValidAfter: instant.addingTimeInterval(10 * 365 * 86_400),
            issuer: self.name,
            subject: self.name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            },
            issuerPrivateKey: Certificate.PrivateKey(self.key)
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// Whether a certificate is of this CA.
    func hasIssued(_ der: [UInt8]) -> Bool {
        guard let certificate = try? Certificate(derEncoded: der) else { return false }
        return Certificate.PublicKey(self.key.publicKey).isValidSignature(certificate.signature, for: certificate)
    }
}

/// The key of a server, and what it asks for.
public struct TestServer: Sendable {
    /// The key.
    public let key: Certificate.PrivateKey

    /// A server with a new key of P-256.
    public init() {
        self.init(Certificate.PrivateKey(P256.Signing.PrivateKey()))
    }

    /// A server with a key.
    public init(_ key: Certificate.PrivateKey) {
        self.key = key
    }

    /// SHA-256 of its SubjectPublicKeyInfo.
    public var keyHash: [UInt8] { try! SubjectPublicKey(self.key.publicKey).sha256 }

    /// A request for names, in PEM.
    public func csr(_ hosts: [String], commonName: String? = nil) throws -> String {
        let names = SubjectAlternativeNames(hosts.map { GeneralName.dnsName($0) })
        let subject = try commonName.map { text in try DistinguishedName { CommonName(text) } } ?? DistinguishedName()
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: subject,
            privateKey: self.key,
            attributes: CertificateSigningRequest.Attributes(
                hosts.isEmpty
                    ? []
                    : [
                        try CertificateSigningRequest.Attribute(
                            ExtensionRequest(extensions: Certificate.Extensions { names })
                        )
                    ]
            )
        )
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return PEMDocument(type: "CERTIFICATE REQUEST", derBytes: serializer.serializedBytes).pemString
    }

    /// Certificates in PEM.
    public static func pem(_ certificates: [[UInt8]]) -> String {
        certificates.map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }.joined()
    }
}
