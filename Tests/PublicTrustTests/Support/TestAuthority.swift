// CAs and certificates made in the test, with swift-certificates.

import Crypto
import Foundation
import PKIX
import SwiftASN1
import X509

/// A CA of the test.
struct TestAuthority: Sendable {
    let key = P256.Signing.PrivateKey()
    let name: DistinguishedName
    let certificate: Certificate

    /// A root.
    init(root name: String) throws {
        let subject = try DistinguishedName { CommonName(name) }
        let key = self.key
        self.name = subject
        self.certificate = try Self.certificate(of: key, subject, by: key, subject) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        }
    }

    /// A CA below another.
    init(
        _ name: String,
        below parent: TestAuthority,
        pathLength: Int? = nil,
        constraints: NameConstraints? = nil,
        usage: KeyUsage = KeyUsage(keyCertSign: true, cRLSign: true),
        validity: ClosedRange<Double> = -1...30
    ) throws {
        let subject = try DistinguishedName { CommonName(name) }
        self.name = subject
        self.certificate = try Self.certificate(of: self.key, subject, by: parent.key, parent.name, validity: validity)
        {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: pathLength))
            Critical(usage)
            if let constraints { Critical(constraints) }
        }
    }

    /// The CA of another's name and a key of its own.
    init(imitating other: TestAuthority) throws {
        let key = self.key
        self.name = other.name
        self.certificate = try Self.certificate(of: key, other.name, by: key, other.name) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        }
    }

    var der: [UInt8] { self.certificate.der }

    /// A certificate of this CA.
    func issue(
        to key: Certificate.PublicKey = .init(P256.Signing.PrivateKey().publicKey),
        names: [GeneralName],
        subject: DistinguishedName? = nil,
        purposes: [ExtendedKeyUsage.Usage] = [.serverAuth],
        usage: KeyUsage = KeyUsage(digitalSignature: true),
        validity: ClosedRange<Double> = -1...20,
        ocsp: String? = nil,
        crl: String? = nil,
        more: [Certificate.Extension] = []
    ) throws -> Certificate {
        let subject = try subject ?? DistinguishedName { CommonName("leaf") }
        return try Self.certificate(of: key, subject, by: self.key, self.name, validity: validity) {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(usage)
            if !purposes.isEmpty { try ExtendedKeyUsage(purposes) }
            if !names.isEmpty { SubjectAlternativeNames(names) }
            if let ocsp {
                AuthorityInformationAccess([.init(method: .ocspServer, location: .uniformResourceIdentifier(ocsp))])
            }
            if let crl { CRLDistributionPoints(uris: [crl]) }
            for each in more { each }
        }
    }

    private static func certificate(
        of key: P256.Signing.PrivateKey,
        _ subject: DistinguishedName,
        by issuerKey: P256.Signing.PrivateKey,
        _ issuer: DistinguishedName,
        validity: ClosedRange<Double> = -1...30,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> Certificate {
        try self.certificate(
            of: Certificate.PublicKey(key.publicKey),
            subject,
            by: issuerKey,
            issuer,
            validity: validity,
            extensions: extensions
        )
    }

    private static func certificate(
        of key: Certificate.PublicKey,
        _ subject: DistinguishedName,
        by issuerKey: P256.Signing.PrivateKey,
        _ issuer: DistinguishedName,
        validity: ClosedRange<Double>,
        @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
    ) throws -> Certificate {
        let now = Date()
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: now.addingTimeInterval(validity.lowerBound * 86_400),
            notValidAfter: now.addingTimeInterval(validity.upperBound * 86_400),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(builder: extensions),
            issuerPrivateKey: Certificate.PrivateKey(issuerKey)
        )
    }
}

extension Certificate {
    var der: [UInt8] {
        var serializer = DER.Serializer()
        try! serializer.serialize(self)
        return serializer.serializedBytes
    }

    var pem: String { try! self.serializeAsPEM().pemString + "\n" }

    /// The serial number as openssl's index has it.
    var serialText: String {
        let text = self.serialNumber.bytes.map { String(format: "%02X", $0) }.joined()
        return text.count.isMultiple(of: 2) ? text : "0" + text
    }
}

extension CertificateTime {
    /// Now, some days later.
    static func now(plusDays days: Double = 0) -> CertificateTime {
        CertificateTime(Date().addingTimeInterval(days * 86_400))
    }
}

extension TestAuthority {
    /// A certificate by a key that is no CA's.
    static func certificate(
        of key: Certificate.PublicKey,
        by issuer: P256.Signing.PrivateKey,
        issuer name: DistinguishedName,
        names: [GeneralName]
    ) throws -> Certificate {
        try self.certificate(of: key, DistinguishedName { CommonName("below") }, by: issuer, name, validity: -1...9) {
            Critical(BasicConstraints.notCertificateAuthority)
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(names)
        }
    }

    /// A CA's certificate of this very name and another key.
    static func authorityCertificate(of key: Certificate.PublicKey, by other: TestAuthority) throws -> Certificate {
        try self.certificate(of: key, other.name, by: other.key, other.name, validity: -1...9) {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true))
        }
    }
}
