// One message over TCP, and one or more back (RFC 1035 §4.2.2, RFC 7766): each after its length in two octets.

import NIOCore
import NIOPosix

extension DNSClient {
    /// Sends a message over a connection of its own, and hands what comes back to `read` until it is content.
    func stream<Answer: Sendable>(
        _ octets: [UInt8],
        to server: ServerAddress,
        timeout: Duration,
        read: @escaping @Sendable ([UInt8]) throws(DNSError) -> Answer?
    ) async throws(DNSError) -> Answer {
        let address = try server.socketAddress()
        let loop = self.group.next()
        let waiter = AnswerWaiter(server: server, promise: loop.makePromise(of: Answer.self))
        let connected = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamHandler(waiter: waiter, read: read))
                }
            }
            .connect(to: address)
        return try await waiter.wait(for: connected, timeout: timeout) { channel in
            var buffer = channel.allocator.buffer(capacity: octets.count + 2)
            buffer.writeInteger(UInt16(octets.count))
            buffer.writeBytes(octets)
            return channel.writeAndFlush(buffer)
        }
    }
}

/// Splits what arrives into messages.
private final class StreamHandler<Answer: Sendable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let waiter: AnswerWaiter<Answer>
    private let read: @Sendable ([UInt8]) throws(DNSError) -> Answer?
    private var received = ByteBuffer()

    init(waiter: AnswerWaiter<Answer>, read: @escaping @Sendable ([UInt8]) throws(DNSError) -> Answer?) {
        self.waiter = waiter
        self.read = read
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = self.unwrapInboundIn(data)
        self.received.writeBuffer(&buffer)
        do {
            while let message = self.received.readLengthPrefixedSlice(as: UInt16.self) {
                guard let answer = try self.read(Array(message.readableBytesView)) else { continue }
                return self.waiter.promise.succeed(answer)
            }
            self.received.discardReadBytes()
        } catch {
            self.waiter.promise.fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.waiter.promise.fail(DNSError(.serverFailure, "\(self.waiter.server) closed the connection unasked"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.waiter.fail(error)
        context.close(promise: nil)
    }
}
