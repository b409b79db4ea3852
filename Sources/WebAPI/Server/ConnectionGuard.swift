// A connection must have a request under way now and then, whatever else its peer sends: a TLS handshake in small
// pieces, HTTP/2 frames without a request, nothing at all. Requests themselves are timed by `RequestGuard`.
//
// Lives on the connection's event loop, which owns everything in it.

import NIOCore

/// Closes a connection that does no work.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let limits: ServerLimits
    private var underWay = 0
    private var since = NIODeadline.now()
    private var patience: Duration
    private var ticks: RepeatedTask?

    init(limits: ServerLimits) {
        self.limits = limits
        // Longer than what the request's own guard waits, so that it comes to answer first.
        self.patience = limits.head + limits.linger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        self.ticks = context.eventLoop.scheduleRepeatedTask(initialDelay: self.limits.tick, delay: self.limits.tick) {
            _ in
            let (handler, context) = bound.value
            handler.tick(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.ticks?.cancel()
        self.ticks = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server shuts down: an idle peer that does not follow gets no more than this.
        if event is ChannelShouldQuiesceEvent { self.patience = self.limits.linger }
        context.fireUserInboundEventTriggered(event)
    }

    /// A request's head has come.
    func requestBegan() { self.underWay += 1 }

    /// A request's answer has left.
    func requestEnded() {
        self.underWay -= 1
        self.since = .now()
        self.patience = self.limits.idle + self.limits.linger
    }

    private func tick(_ context: ChannelHandlerContext) {
        guard self.underWay == 0, NIODeadline.now() - self.since >= TimeAmount(self.patience) else { return }
        context.close(promise: nil)
    }
}
