// The certificate request (RFC 2986): a key, its names in a subjectAltName, and no subject.

public import PKIX
import SwiftASN1
import X509

/// A certificate request that the authority's own parser accepts.
public struct AgentRequest: Hashable, Sendable {
    /// The request in PEM.
    public let pem: String

    /// Makes and signs a request.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration` when the names are too many or stand twice.
    public init(key: AgentKey, names: [AlternativeName]) throws(AgentClientError) {
        do {
            let extensions = try Certificate.Extensions {
                SubjectAlternativeNames(names.map(\.generalName))
            }
            let request = try CertificateSigningRequest(
                version: .v1,
                subject: DistinguishedName(),
                privateKey: key.privateKey,
                attributes: .init([try .init(ExtensionRequest(extensions: extensions))]),
                signatureAlgorithm: SignatureAlgorithm.of(key.type)
            )
            let document = try request.serializeAsPEM()
            _ = try ParsedCSR(document.derBytes)
            self.pem = document.pemString + "\n"
        } catch let error as PKIXError {
            throw AgentClientError(.invalidConfiguration, "the certificate request would be refused: \(error.reason)")
        } catch {
            throw AgentClientError(.cryptographyFailed, "the certificate request could not be made: \(error)")
        }
    }
}

/// How a request is signed: with the hash that fits the key (RFC 5480 §4, RFC 8410 §3).
private enum SignatureAlgorithm {
    static func of(_ type: KeyType) -> Certificate.SignatureAlgorithm {
        switch type {
        case .ed25519: .ed25519
        case .p256: .ecdsaWithSHA256
        case .p384: .ecdsaWithSHA384
        case .rsa: .sha256WithRSAEncryption
        }
    }
}
