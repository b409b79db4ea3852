// The certificate and key that TLS shows, replaceable while the server runs: the daemon renews its own certificate.

import NIOSSL
import PKIX
import SwiftASN1
import Synchronization
import X509

/// The credentials of a TLS server.
///
/// Connections take what is there when they open; a replacement does not touch those that are open.
public final class ServerCredentials: Sendable {
    private let current: Mutex<NIOSSLContext>
    private let clientRoots: [[UInt8]]

    /// Reads a chain, the leaf first, and its key.
    ///
    /// - Parameter clientRoots: DER of the roots of clients' certificates; without any, clients are not asked for one.
    /// - Throws: ``WebAPIError`` with `.invalidCredentials` when they cannot be read or do not belong together.
    public init(
        certificateChainPEM: [UInt8],
        privateKeyPEM: [UInt8],
        clientRoots: [[UInt8]] = []
    ) throws(WebAPIError) {
        self.clientRoots = clientRoots
        self.current = Mutex(try Self.context(certificateChainPEM, privateKeyPEM, clientRoots))
    }

    /// Replaces chain and key for connections to come; on an error the old ones stay.
    ///
    /// - Throws: ``WebAPIError`` with `.invalidCredentials`.
    public func replace(certificateChainPEM: [UInt8], privateKeyPEM: [UInt8]) throws(WebAPIError) {
        let context = try Self.context(certificateChainPEM, privateKeyPEM, self.clientRoots)
        self.current.withLock { $0 = context }
    }

    /// What a connection that opens now uses.
    var context: NIOSSLContext { self.current.withLock { $0 } }

    private static func context(
        _ chain: [UInt8],
        _ key: [UInt8],
        _ clientRoots: [[UInt8]]
    ) throws(WebAPIError) -> NIOSSLContext {
        do {
            try self.checkPair(chain, key)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ManagementChannel.applicationProtocols
            if !clientRoots.isEmpty {
                // A certificate is asked for and need not be given; one that is given must lead to a root of ours.
                configuration.certificateVerification = .optionalVerification
                configuration.trustRoots = .certificates(
                    try clientRoots.map { try NIOSSLCertificate(bytes: $0, format: .der) }
                )
                configuration.verifySignatureAlgorithms = [
                    .ed25519, .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha256, .rsaPssRsaeSha384,
                    .rsaPssRsaeSha512, .rsaPkcs1Sha256,
                ]
            }
            return try NIOSSLContext(configuration: configuration)
        } catch let error as WebAPIError {
            throw error
        } catch {
            // The error may quote what it read, and what it read may be the key.
            throw WebAPIError(.invalidCredentials, "certificate chain or key are not PEM that TLS can use")
        }
    }

    /// Finds out now what clients would find out at their handshakes.
    private static func checkPair(_ chain: [UInt8], _ key: [UInt8]) throws {
        let documents = try PEMDocument.parseMultiple(pemString: String(decoding: chain, as: UTF8.self))
        guard let leaf = documents.first else {
            throw WebAPIError(.invalidCredentials, "the chain holds no certificate")
        }
        let privateKey = try Certificate.PrivateKey(pemEncoded: String(decoding: key, as: UTF8.self))
        guard try Certificate(reading: leaf.derBytes).publicKey == privateKey.publicKey else {
            throw WebAPIError(.invalidCredentials, "the key is not that of the chain's first certificate")
        }
    }
}
