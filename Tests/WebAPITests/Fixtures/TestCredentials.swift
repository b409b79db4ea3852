// Certificates for the server itself.

import Crypto
import Foundation
import SwiftASN1
import X509

/// A self-signed certificate with its key, in PEM.
struct TestCredentials: Sendable {
    let chain: [UInt8]
    let key: [UInt8]

    init(commonName: String) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName(commonName) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -3_600),
            notValidAfter: Date(timeIntervalSinceNow: 3_600),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames([.dnsName("localhost")]) },
            issuerPrivateKey: key
        )
        self.chain = Array(try certificate.serializeAsPEM().pemString.utf8)
        self.key = Array(try key.serializeAsPEM().pemString.utf8)
    }
}
