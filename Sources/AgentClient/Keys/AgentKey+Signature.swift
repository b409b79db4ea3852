// Calls that an agent's key signs (RFC 9421): who holds the key needs no token for what is its own.

import Crypto
public import Foundation
import HTTPSignatures
import HTTPTypes
import JOSE
import NIOHTTP1
import X509

/// What makes a signature one that was never made before (RFC 9421 §2.3).
public struct SignatureStamp: Sendable {
    /// When it is made.
    public let instant: Date
    /// A text that no other signature of the key has.
    public let nonce: String

    /// Creates a stamp with 16 random octets.
    public init(at instant: Date, using generator: inout some RandomNumberGenerator) {
        self.instant = instant
        let octets = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.nonce = Data(octets).base64EncodedString()
    }
}

extension AgentKey {
    /// The fields that make a call one of the key's holder, who is named by the key's thumbprint (RFC 7638).
    ///
    /// - Throws: ``AgentClientError`` with `.cryptographyFailed`.
    func signature(of call: APICall, by configuration: APIClient.Configuration) async throws -> HTTPFields {
        let address = configuration.address
        let (scheme, authority) = (address.isSecure ? "https" : "http", address.authority)
        let method = HTTPRequest.Method(call.method.rawValue) ?? .get
        let request = HTTPRequest(method: method, scheme: scheme, authority: authority, path: call.target)
        let stamp = configuration.stamp()
        do {
            return try await self.messageSigner.signed(
                request,
                body: call.body ?? [],
                nonce: stamp.nonce,
                at: stamp.instant
            ).headerFields
        } catch {
            throw AgentClientError(.cryptographyFailed, "the call could not be signed: \(error)")
        }
    }

    private var messageSigner: MessageSigner {
        get throws {
            let (key, publicKey) = (self.privateKey, self.privateKey.publicKey)
            return try MessageSigner(
                keyID: try JSONWebKey(publicKey).thumbprint,
                key: publicKey,
                algorithm: SignatureAlgorithm.allCases.first { $0.suits(publicKey) && $0 != .rsaPSSSHA512 }
            ) { algorithm, base in
                let signature = try key.sign(bytes: base, signatureAlgorithm: algorithm.ofCertificates)
                    .rawRepresentation
                // RFC 9421 §3.3.4: r ‖ s, where certificates have DER.
                return switch algorithm {
                case .ecdsaP256SHA256:
                    Array(try P256.Signing.ECDSASignature(derRepresentation: signature).rawRepresentation)
                case .ecdsaP384SHA384:
                    Array(try P384.Signing.ECDSASignature(derRepresentation: signature).rawRepresentation)
                case .ed25519, .rsaPSSSHA512, .rsaV15SHA256: signature
                }
            }
        }
    }
}

extension SignatureAlgorithm {
    /// The same algorithm by the name that certificates know; PSS is not among them here.
    fileprivate var ofCertificates: Certificate.SignatureAlgorithm {
        switch self {
        case .ed25519: .ed25519
        case .ecdsaP256SHA256: .ecdsaWithSHA256
        case .ecdsaP384SHA384: .ecdsaWithSHA384
        case .rsaPSSSHA512, .rsaV15SHA256: .sha256WithRSAEncryption
        }
    }
}
