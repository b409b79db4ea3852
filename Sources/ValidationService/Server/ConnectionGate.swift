// At most so many connections: more wait in the kernel's queue until one closes.
//
// Lives on the event loop of the listening socket, which owns everything in it.

import NIOCore

/// Holds back the accepting of connections.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let limit: Int
    private var count = 0
    private var isReadHeld = false

    init(limit: Int) {
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.count += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        self.unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.closed(context)
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if self.count < self.limit { context.read() } else { self.isReadHeld = true }
    }

    private func closed(_ context: ChannelHandlerContext) {
        self.count -= 1
        guard self.isReadHeld, self.count < self.limit, context.channel.isActive else { return }
        self.isReadHeld = false
        context.read()
    }
}
