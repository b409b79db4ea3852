// A TLS server that answers tls-alpn-01 with certificates of ours, for the server name that is asked for.

import Crypto
import Foundation
import LoopbackSupport
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import PKIX
import X509

@testable import ACME
@testable import ACMESupport

struct ALPNResponder {
    /// Serves while the body runs.
    static func with(
        host: String = "127.0.0.1",
        port: Int,
        _ memory: MemorySolver,
        _ body: () async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let promise = channel.eventLoop.makePromise(of: Void.self)
                promise.completeWithTask { try await Self.serve(channel, memory) }
                return promise.futureResult
            }
            .bind(host: host, port: port).get()
        do { try await body() } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }

    private static func serve(_ channel: any Channel, _ memory: MemorySolver) async throws {
        let key = P256.Signing.PrivateKey()
        guard let challenge = memory.published.first(where: { $0.type == .tlsALPN01 }) else {
            throw ServerFailure(description: "nothing is published")
        }
        let certificate = try TLSALPNCertificate.make(
            for: challenge,
            key: Certificate.PrivateKey(key),
            serialNumber: SerialNumber(bytes: [1]),
            now: CertificateTime(Date())
        )
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem))
        )
        tls.applicationProtocols = [TLSALPNCertificate.applicationProtocol]
        let context = try NIOSSLContext(configuration: tls)
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.get()
    }
}
