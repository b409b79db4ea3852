// One datagram out, one in (RFC 1035 §4.2.1).

import NIOCore
import NIOPosix

extension DNSClient {
    /// Sends a datagram from a socket of its own and waits for the first that `read` takes.
    func datagram<Answer: Sendable>(
        _ octets: [UInt8],
        to server: ServerAddress,
        timeout: Duration,
        read: @escaping @Sendable ([UInt8]) throws(DNSError) -> Answer?
    ) async throws(DNSError) -> Answer {
        let address = try server.socketAddress()
        let loop = self.group.next()
        let waiter = AnswerWaiter(server: server, promise: loop.makePromise(of: Answer.self))
        let connected = DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(waiter: waiter, read: read))
                }
            }
            .connect(to: address)
        return try await waiter.wait(for: connected, timeout: timeout) { channel in
            channel.writeAndFlush(channel.allocator.buffer(bytes: octets))
        }
    }
}

/// Hands datagrams to their reader until it takes one.
private final class DatagramHandler<Answer: Sendable>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let waiter: AnswerWaiter<Answer>
    private let read: @Sendable ([UInt8]) throws(DNSError) -> Answer?

    init(waiter: AnswerWaiter<Answer>, read: @escaping @Sendable ([UInt8]) throws(DNSError) -> Answer?) {
        self.waiter = waiter
        self.read = read
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            guard let answer = try self.read(Array(self.unwrapInboundIn(data).data.readableBytesView)) else { return }
            self.waiter.promise.succeed(answer)
        } catch {
            self.waiter.promise.fail(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.waiter.fail(error)
        context.close(promise: nil)
    }
}
