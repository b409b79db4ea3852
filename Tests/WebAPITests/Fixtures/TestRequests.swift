// Certificate requests as agents make them.

import Crypto
import Foundation
import SwiftASN1
import X509

/// Certificate requests.
enum TestRequests {
    static let identity = "ans://v1.0.0.agent.example.com"

    /// A request for names, in DER.
    static func der(
        uris: [String] = [],
        dns: [String] = [],
        subject: DistinguishedName = DistinguishedName(),
        key: Certificate.PrivateKey = Certificate.PrivateKey(P256.Signing.PrivateKey()),
        breaking: Bool = false
    ) throws -> [UInt8] {
        let names = uris.map(GeneralName.uniformResourceIdentifier) + dns.map(GeneralName.dnsName)
        let extensions = try Certificate.Extensions { if !names.isEmpty { SubjectAlternativeNames(names) } }
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: subject,
            privateKey: key,
            attributes: CertificateSigningRequest.Attributes([
                try CertificateSigningRequest.Attribute(ExtensionRequest(extensions: extensions))
            ])
        )
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        var bytes = serializer.serializedBytes
        if breaking { bytes[bytes.count - 1] ^= 1 }
        return bytes
    }

    /// A request for an agent's identity, in PEM.
    static func pem(uri: String = Self.identity) throws -> String {
        self.pem(of: try self.der(uris: [uri]))
    }

    /// DER as PEM.
    static func pem(of der: [UInt8]) -> String { PEMDocument(type: "CERTIFICATE REQUEST", derBytes: der).pemString }

    /// The body of a request for a certificate.
    static func body(_ members: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }

    /// The body of a request for an agent's identity.
    static func body(uri: String = Self.identity) throws -> String {
        try self.body(["profile": "agent-identity", "csr": try self.pem(uri: uri)])
    }
}
