// A connection: octets in, answers out, in order. What it decides is in `RequestScanner`, `ConnectionState` and
// `Dispatcher`; here are the socket and the order of things.
//
// Lives on the connection's event loop, which owns everything in it. Answers of one read leave in one write. While an
// answer is being made or a large one is taken, nothing is read, so that what a client sends ahead waits in the kernel.

import NIOCore
import PKIX

/// Serves one connection.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = IOData

    let worker: Worker
    var state: ConnectionState
    var context: ChannelHandlerContext?
    /// A request's head, whose answer is being made, with its route.
    var waiting: (head: RequestHead, route: Route)?
    /// A request, while what it asks for is looked for.
    var loading: Loading?
    private var scanner = RequestScanner()
    /// What has come and belongs to no request that was answered.
    private var pending = ByteBuffer()
    private var isReadHeld = false

    init(worker: Worker) {
        self.worker = worker
        self.state = ConnectionState(limits: worker.stateLimits, now: worker.now)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.state.dropsInput else { return }
        let buffer = self.unwrapInboundIn(data)
        guard self.pending.readableBytes > 0 else { return self.work(context, buffer) }
        var input = self.pending
        self.pending = ByteBuffer()
        input.writeImmutableBuffer(buffer)
        self.work(context, input)
    }

    /// Answers what has come.
    func work(_ context: ChannelHandlerContext, _ buffer: ByteBuffer) {
        var input = buffer
        self.worker.dispatcher.beginTurn()
        while self.state.takesRequests, input.readableBytes > 0 {
            switch self.scanner.next(in: input.readableBytesUInt8Span) {
            case .request(let head):
                self.serve(context, head, input.readableBytesUInt8Span)
                input.moveReaderIndex(forwardBy: head.totalLength)
                continue
            case .refused(let status):
                self.worker.dispatcher.refuse(status)
                self.state.answered(isLast: true, now: self.worker.now)
            case .expectsContinue:
                self.worker.dispatcher.writer.writeContinue()
                self.state.awaits(body: true, now: self.worker.now)
            case .incomplete:
                self.state.awaits(body: self.scanner.awaitsBody, now: self.worker.now)
            }
            break
        }
        if self.state.isLast { input.clear() }
        if input.readableBytes > 0 { self.pending = input }
        self.endTurn(context)
    }

    private func serve(_ context: ChannelHandlerContext, _ head: RequestHead, _ bytes: Span<UInt8>) {
        let persistence = Persistence(head, endsSoon: self.state.isQuiescing)
        switch self.worker.dispatcher.serve(head, bytes, persistence) {
        case .done:
            self.state.answered(isLast: persistence == .ends, now: self.worker.now)
        case .cold(let key): self.ask(context, head, .key(key))
        case .ask(let request): self.ask(context, head, .request(request))
        case .send(let content, let range): self.send(context, content, range, isLast: persistence == .ends)
        case .load(let target, let share): self.load(context, head, target, share, bytes)
        case .postpone(let resource, let share): self.postpone(context, head, resource, share, bytes)
        }
        if self.worker.dispatcher.writer.output.readableBytes >= Budget.outputBytes { self.flush(context, nil) }
    }

    /// Writes the answers; ends our side after the last.
    func endTurn(_ context: ChannelHandlerContext) {
        if self.state.isLast {
            guard self.state.phase == .idle else { return }
            self.finish(context)
        } else {
            if self.worker.dispatcher.writer.output.readableBytes > 0 { self.flush(context, nil) }
            // All that was asked before the peer ended its side has been answered.
            if self.state.isInputClosed, self.state.takesRequests { self.perform(self.state.inputClosed()) }
        }
    }

    /// Writes what is in the output.
    func flush(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        context.writeAndFlush(
            self.wrapOutboundOut(.byteBuffer(self.worker.dispatcher.writer.output)),
            promise: promise
        )
        self.worker.dispatcher.writer.clear()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.state.close()
        self.abandonLoad()
        self.worker.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.state.close()
        self.abandonLoad()
        self.worker.remove(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { self.close() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            self.perform(self.state.inputClosed())
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable, self.state.wantsInput { context.read() } else { self.isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.state.writability(context.channel.isWritable, now: self.worker.now)
        self.releaseRead(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reads on, if reading was held and need not be.
    func releaseRead(_ context: ChannelHandlerContext) {
        guard self.isReadHeld, self.state.wantsInput, context.channel.isWritable else { return }
        self.isReadHeld = false
        context.read()
    }

    /// Goes on with what came while an answer was under way.
    func resume(_ context: ChannelHandlerContext) {
        let input = self.pending
        self.pending = ByteBuffer()
        self.work(context, input)
        self.releaseRead(context)
    }
}
