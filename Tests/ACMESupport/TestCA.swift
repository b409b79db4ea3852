// A small hierarchy: two roots over one intermediate, so that there are two chains.

import Crypto
import Foundation
import PKIX
import SwiftASN1
import X509

struct TestCA: Sendable {
    let issuingKey = P256.Signing.PrivateKey()
    /// The intermediate as the first and as the second root signed it, each with its root.
    let chains: [[Certificate]]
    let now: CertificateTime

    init(now: CertificateTime = testInstant) throws {
        self.now = now
        let key = self.issuingKey
        self.chains = try ["Test Root One", "Test Root Two"].map { name in
            let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
            let root = try Self.certificate(
                rootKey.publicKey,
                name,
                by: rootKey,
                name,
                now,
                isAuthority: true,
                names: []
            )
            let issuing = try Self.certificate(
                Certificate.PublicKey(key.publicKey),
                "Test Issuing",
                by: rootKey,
                name,
                now,
                isAuthority: true,
                names: []
            )
            return [issuing, root]
        }
    }

    /// A certificate for a server.
    func issue(_ key: Certificate.PublicKey, _ names: [GeneralName], timestamps: Bool = false) throws -> Certificate {
        try Self.certificate(
            key,
            "",
            by: Certificate.PrivateKey(self.issuingKey),
            "Test Issuing",
            self.now,
            isAuthority: false,
            names: names,
            timestamps: timestamps
        )
    }

    static func certificate(
        _ key: Certificate.PublicKey,
        _ subject: String,
        by issuerKey: Certificate.PrivateKey,
        _ issuer: String,
        _ now: CertificateTime,
        isAuthority: Bool,
        names: [GeneralName],
        timestamps: Bool = false
    ) throws -> Certificate {
        let issuerHash = Insecure.SHA1.hash(data: issuerKey.publicKey.subjectPublicKeyInfoBytes)
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: (now + -600).date,
            notValidAfter: (now + 90 * 86_400).date,
            issuer: DistinguishedName { CommonName(issuer) },
            subject: subject.isEmpty ? DistinguishedName() : DistinguishedName { CommonName(subject) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                if isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(SubjectAlternativeNames(names))
                }
                AuthorityKeyIdentifier(keyIdentifier: ArraySlice(Array(issuerHash)))
                if timestamps {
                    // Two timestamps of three octets.
                    Certificate.Extension(
                        oid: [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2],
                        critical: false,
                        value: [0x04, 12, 0, 10, 0, 3, 1, 2, 3, 0, 3, 4, 5, 6]
                    )
                }
            },
            issuerPrivateKey: issuerKey
        )
    }
}

extension Certificate {
    var pem: String { get throws { try self.serializeAsPEM().pemString + "\n" } }
}
