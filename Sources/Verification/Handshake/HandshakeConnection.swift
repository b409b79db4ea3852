// One connection that ends with its handshake.

import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// A connection whose handshake is under way.
struct HandshakeConnection: Sendable {
    private let channel: any Channel
    private let outcome: EventLoopFuture<[[UInt8]]>

    /// Begins the handshake; called on the channel's event loop, before it is connected.
    init(_ channel: any Channel, _ context: NIOSSLContext, serverName: String) throws {
        let presented = PresentedChain()
        let promise = channel.eventLoop.makePromise(of: [[UInt8]].self)
        let end = HandshakeEnd(presented, promise)
        do {
            // Whoever takes the chain verifies it.
            let tls = try NIOSSLClientHandler(
                context: context,
                serverHostname: serverName,
                customVerificationCallback: { certificates, verdict in
                    presented.take(certificates)
                    verdict.succeed(.certificateVerified)
                }
            )
            try channel.pipeline.syncOperations.addHandlers([HandshakeOctets(), tls, end])
        } catch {
            promise.fail(error)
            throw error
        }
        self.channel = channel
        self.outcome = promise.futureResult
    }

    /// The chain, once the host has shown that it has the key; the connection is closed.
    ///
    /// - Throws: ``HandshakeFailure``.
    func chain() async throws(HandshakeFailure) -> [[UInt8]] {
        let result: Result<[[UInt8]], HandshakeFailure>
        do {
            let chain = try await withTaskCancellationHandler {
                try await self.outcome.get()
            } onCancel: {
                self.channel.close(promise: nil)
            }
            result = .success(chain)
        } catch {
            result = .failure(
                error as? HandshakeFailure ?? HandshakeFailure("the host does not complete a TLS handshake")
            )
        }
        self.channel.close(promise: nil)
        return try result.get()
    }
}

/// What was presented, from the callback to the handler; both run on the connection's event loop.
private final class PresentedChain: Sendable {
    private let chain = Mutex<[[UInt8]]>([])

    func take(_ certificates: [NIOSSLCertificate]) {
        // One more than is admitted tells that there were too many.
        let chain = certificates.prefix(Budget.subjectCertificates + 1).compactMap { try? $0.toDERBytes() }
        self.chain.withLock { $0 = chain }
    }

    var certificates: [[UInt8]] { self.chain.withLock { $0 } }
}

/// Waits for the handshake's end.
private final class HandshakeEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let presented: PresentedChain
    private let promise: EventLoopPromise<[[UInt8]]>

    init(_ presented: PresentedChain, _ promise: EventLoopPromise<[[UInt8]]>) {
        self.presented = presented
        self.promise = promise
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            let chain = self.presented.certificates
            if (1...Budget.subjectCertificates).contains(chain.count) {
                self.promise.succeed(chain)
            } else {
                self.promise.fail(
                    HandshakeFailure("the host presents no certificate, or more than \(Budget.subjectCertificates)")
                )
            }
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.fail(HandshakeFailure("the host ends the connection before the handshake is complete"))
        context.fireChannelInactive()
    }

    /// Also of a connection that was never made: the promise has to be kept.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.promise.fail(HandshakeFailure("the host does not complete a TLS handshake"))
    }
}

/// Counts what a host sends.
private final class HandshakeOctets: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.count += self.unwrapInboundIn(data).readableBytes
        guard self.count <= Budget.handshakeBytes else {
            context.fireErrorCaught(
                HandshakeFailure(
                    "the host sends more than \(Budget.handshakeBytes) octets before its handshake is complete"
                )
            )
            return
        }
        context.fireChannelRead(data)
    }
}
