// Answers that take time: those that must be signed, and those that are large.

import NIOCore
import PKIX

extension ConnectionHandler {
    /// What is asked of the desk.
    enum Question {
        case key(StatusKey)
        case request(OCSPRequest)
    }

    /// Asks the desk, and waits for its answer unless it comes at once.
    func ask(_ context: ChannelHandlerContext, _ head: RequestHead, _ question: Question) {
        let number = self.state.beganAnswer(now: self.worker.now)
        self.waiting = (head, question.route(head))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let waiter: Waiter = { outcome in eventLoop.execute { bound.value.answered(number, outcome) } }
        let desk = self.worker.dispatcher.context.desk
        let reply =
            switch question {
            case .key(let key): desk.ask(key, now: self.worker.dispatcher.writer.now, waiter)
            case .request(let request): desk.ask(request, waiter)
            }
        if case .ready(let response) = reply { self.write(.cached(response)) }
    }

    /// The answer has come; it may be that nobody waits for it any more.
    func answered(_ number: Int, _ outcome: ColdOutcome) {
        guard self.state.phase == .answering(number), let context = self.context else { return }
        self.worker.dispatcher.writer.setTime(self.worker.dispatcher.context.now())
        self.write(outcome)
        self.resume(context)
    }

    private func write(_ outcome: ColdOutcome) {
        guard let (head, route) = self.waiting else { return }
        self.waiting = nil
        let persistence = Persistence(head, endsSoon: self.state.isQuiescing)
        self.worker.dispatcher.write(outcome, route, head, persistence)
        self.state.answered(isLast: persistence == .ends, now: self.worker.now)
    }

    /// Sends content after what is in the output, and takes no request until the client has taken it.
    func send(
        _ context: ChannelHandlerContext,
        _ content: PublishedResource.Content,
        _ range: Range<Int>,
        isLast: Bool
    ) {
        switch content {
        case .bytes(let buffer):
            // The range is within the resource's count, which is what the buffer can be read for.
            guard let slice = buffer.getSlice(at: buffer.readerIndex + range.lowerBound, length: range.count) else {
                return self.close()
            }
            if range.count <= Budget.readBytes {
                self.worker.dispatcher.writer.write(slice)
                self.state.answered(isLast: isLast, now: self.worker.now)
            } else {
                self.send(context, .byteBuffer(slice), isLast: isLast)
            }
        case .file(let file):
            self.send(context, .fileRegion(file.region(range)), keeping: file, isLast: isLast)
        }
    }

    private func send(
        _ context: ChannelHandlerContext,
        _ data: IOData,
        keeping file: PublishedFile? = nil,
        isLast: Bool
    ) {
        let seconds = data.readableBytes / Budget.writeBytesPerSecond
        self.state.beganSending(extra: self.worker.limits.ticks(.seconds(seconds)), now: self.worker.now)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in
            withExtendedLifetime(file) { bound.value.sent(isLast: isLast) }
        }
        let head = self.worker.dispatcher.writer.output
        context.write(self.wrapOutboundOut(.byteBuffer(head)), promise: nil)
        self.worker.dispatcher.writer.clear()
        context.writeAndFlush(self.wrapOutboundOut(data), promise: promise)
    }

    private func sent(isLast: Bool) {
        guard self.state.phase == .sending, let context = self.context else { return }
        self.state.answered(isLast: isLast, now: self.worker.now)
        // Not from within the write: what was sent ahead may be more than the stack should hold.
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute {
            if let context = bound.value.context, bound.value.state.phase == .idle { bound.value.resume(context) }
        }
    }
}

extension ConnectionHandler.Question {
    fileprivate func route(_ head: RequestHead) -> Route {
        head.method == .post ? .ocspPost : .ocspGet
    }
}
