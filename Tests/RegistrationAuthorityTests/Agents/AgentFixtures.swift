// Registrations as clients send them.

import Crypto
import Foundation
import JSON
import SwiftASN1
import Testing
import X509

@testable import RegistrationAuthority

/// Bodies of registrations, and what goes into them.
enum AgentFixtures {
    static let host = "sentiment-analyzer.example.com"
    static let ansName = "ans://v1.0.0.\(host)"
    static let digest = "SHA256:" + String(repeating: "ab", count: 32)

    static func json(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 32, members: 1_000))
    }

    /// A body with one A2A endpoint; members given replace or add, nil removes.
    static func body(_ changes: [String: String?] = [:]) throws -> JSONValue {
        var members: [String: String] = [
            "agentDisplayName": "\"Sentiment Analyzer\"", "version": "\"1.0.0\"", "agentHost": "\"\(self.host)\"",
            "endpoints": "[\(self.endpoint())]",
        ]
        for (name, value) in changes { members[name] = value }
        return try self.json(
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        )
    }

    /// An endpoint; members given replace or add, nil removes.
    static func endpoint(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String] = ["protocol": "\"A2A\"", "agentUrl": "\"https://\(self.host)/a2a\""]
        for (name, value) in changes { members[name] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    static func agent(_ changes: [String: String?] = [:]) throws -> AgentDescription {
        try AgentDescription(try self.body(changes), RegistrationRequirements())
    }

    /// The example of three endpoints that the golden records are of.
    static func agentOfThree(profiles: String) throws -> AgentDescription {
        let endpoints = [
            self.endpoint([
                "metaDataUrl": "\"https://\(self.host)/.well-known/agent-card.json\"",
                "metaDataHash": "\"\(self.digest)\"",
            ]),
            self.endpoint(["protocol": "\"MCP\"", "agentUrl": "\"https://\(self.host):8443/mcp\""]),
            self.endpoint([
                "protocol": "\"HTTP_API\"", "agentUrl": "\"https://\(self.host)/api?x=1\"",
                "metaDataUrl": "\"https://docs.example.net/api.json\"",
            ]),
        ]
        return try self.agent(["endpoints": "[\(endpoints.joined(separator: ","))]", "discoveryProfiles": profiles])
    }

    static func csr(uris: [String] = [AgentFixtures.ansName], dns: [String] = [], breaking: Bool = false) throws
        -> String
    {
        let names = uris.map(GeneralName.uniformResourceIdentifier) + dns.map(GeneralName.dnsName)
        let extensions = try Certificate.Extensions { if !names.isEmpty { SubjectAlternativeNames(names) } }
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName(),
            privateKey: Certificate.PrivateKey(P256.Signing.PrivateKey()),
            attributes: CertificateSigningRequest.Attributes([
                try CertificateSigningRequest.Attribute(ExtensionRequest(extensions: extensions))
            ])
        )
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        var bytes = serializer.serializedBytes
        if breaking { bytes[bytes.count - 1] ^= 1 }
        return PEMDocument(type: "CERTIFICATE REQUEST", derBytes: bytes).pemString
    }

    /// A text as a JSON string.
    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\"": "\\\""
            case "\\": "\\\\"
            default:
                scalar.value < 0x20
                    ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    /// A self-signed certificate with its key's SubjectPublicKeyInfo.
    static func certificate() throws -> (der: [UInt8], publicKeyInfo: [UInt8]) {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("server") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 1_780_000_000),
            notValidAfter: Date(timeIntervalSince1970: 1_790_000_000),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(),
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return (serializer.serializedBytes, Array(key.publicKey.derRepresentation))
    }
}
