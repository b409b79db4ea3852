// How a connection ends (RFC 9112 §9.6): our side first, then what still comes is read and dropped for a moment, so that
// the client can read the last answer before a reset could take it away.

import NIOCore

extension ConnectionHandler {
    /// Writes what is in the output, and then ends.
    func finish(_ context: ChannelHandlerContext) {
        self.state.beganSending(extra: 0, now: self.worker.now)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in bound.value.wroteLast() }
        self.flush(context, promise)
    }

    private func wroteLast() {
        guard self.state.phase == .sending, let context = self.context else { return }
        guard !self.state.isInputClosed else { return self.close() }
        self.state.lingers(now: self.worker.now)
        context.close(mode: .output, promise: nil)
        self.releaseRead(context)
    }

    /// Closes now.
    func close() {
        guard self.state.phase != .closed else { return }
        self.state.close()
        self.abandonLoad()
        self.context?.close(promise: nil)
    }

    /// A tick has passed.
    func tick() { self.perform(self.state.tick(self.worker.now)) }

    /// The server shuts down.
    func quiesce() { self.perform(self.state.quiesce()) }

    /// Does what the state demands.
    func perform(_ action: ConnectionState.Action) {
        guard let context = self.context else { return }
        switch action {
        case .none: break
        case .finish: self.finish(context)
        case .close: self.close()
        case .refuse(let status):
            self.worker.dispatcher.writer.setTime(self.worker.dispatcher.context.now())
            self.worker.dispatcher.refuse(status)
            self.state.answered(isLast: true, now: self.worker.now)
            self.finish(context)
        case .giveUp:
            guard case .answering(let number) = self.state.phase else { return }
            if self.loading != nil {
                self.abandonLoad()
                return self.loaded(number, .busy)
            }
            self.answered(number, .tryLater(Budget.retryAfterSeconds))
        }
    }
}
