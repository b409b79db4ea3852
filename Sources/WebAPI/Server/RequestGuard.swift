// Time limits, refusals and early answers on one HTTP/1.1 connection or one HTTP/2 stream. Hummingbird closes idle
// connections; it has no limit for a slow body or a slow reader, answers a broken head with an empty 400, and reads a
// refused body to its end. All of that is here.
//
// Stands between HTTP's codec and Hummingbird's own handlers. Lives on one event loop, which owns everything in it.

import HTTPTypes
import JSON
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Guards the requests of a connection.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    let limits: ServerLimits
    let metrics: RequestMetrics
    /// Whether this is a stream of HTTP/2: it carries one request, and its connection is another channel.
    let isStream: Bool
    /// Whether the connection is TLS: HTTP/1.1 does not say so itself, and signatures may cover it (RFC 9421 §2.2.4).
    let isSecure: Bool
    var progress = RequestProgress()
    private var since = NIODeadline.now()
    private var ticks: RepeatedTask?
    private var connection: ConnectionGuard?
    /// What is answered once the requests before it are: the peer's input can no longer be read.
    private var refusal: Problem?
    private var closesAfterAnswer = false
    private var hasGivenUp = false

    init(limits: ServerLimits, metrics: RequestMetrics, isStream: Bool, isSecure: Bool) {
        self.limits = limits
        self.metrics = metrics
        self.isStream = isStream
        self.isSecure = isSecure
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = self.isStream ? context.channel.parent ?? context.channel : context.channel
        self.connection = try? channel.pipeline.syncOperations.handler(type: ConnectionGuard.self)
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
        for _ in 0..<self.progress.underWay { self.connection?.requestEnded() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.progress.isDraining, self.refusal == nil else { return }
        switch self.unwrapInboundIn(data) {
        case .head(var head):
            head.scheme = self.isSecure ? "https" : "http"
            self.begin()
            self.closesAfterAnswer = self.mustCloseIfAnsweredEarly(head)
            self.answerExpectation(of: head, context)
            context.fireChannelRead(self.wrapInboundOut(.head(head)))
            return
        case .body: break
        case .end:
            self.progress.receivedEnd()
            self.since = .now()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard self.progress.expectsAnswer else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch self.unwrapOutboundIn(data) {
        case .head(var head) where self.progress.answersEarly && self.closesAfterAnswer && !self.isStream:
            head.headerFields[.connection] = "close"
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        case .end:
            let isEarly = self.progress.answersEarly && self.closesAfterAnswer
            self.progress.wroteAnswer()
            let left = promise ?? context.eventLoop.makePromise()
            // The answer has left when the last octet is with the kernel: a peer that does not read is still under way.
            left.futureResult.assumeIsolated().whenSuccess { self.answerLeft(isEarly: isEarly, context) }
            context.write(data, promise: left)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isProtocolError = error is HTTPParserError || error is HTTP1TypeConversionError
        guard isProtocolError, !self.isStream else {
            context.fireErrorCaught(error)
            return
        }
        if self.progress.isDraining {
            return
        } else if self.progress.isReadingBody {
            // Whoever reads the body gets the error and answers; nothing can be read after it.
            self.closesAfterAnswer = true
            context.fireErrorCaught(error)
        } else {
            self.refuse(Self.problem(of: error), context)
        }
    }
}

extension RequestGuard {
    private func begin() {
        self.progress.receivedHead()
        self.since = .now()
        self.connection?.requestBegan()
    }

    private func answerLeft(isEarly: Bool, _ context: ChannelHandlerContext) {
        self.progress.answerLeft()
        self.since = .now()
        self.connection?.requestEnded()
        if isEarly {
            self.drain(context)
        } else if let refusal = self.refusal {
            self.refuse(refusal, context)
        }
    }

    /// Whether the rest of a body is more than is worth reading to keep the connection.
    private func mustCloseIfAnsweredEarly(_ head: HTTPRequest) -> Bool {
        guard let length = head.headerFields[.contentLength] else { return true }
        return Int(length).map { $0 > Budget.bodyBytes } ?? true
    }

    /// RFC 9110 §10.1.1: a client that expects 100 waits for it before it sends the body.
    private func answerExpectation(of head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard !self.isStream, self.progress.underWay == 1,
            head.headerFields[.expect]?.lowercased() == "100-continue",
            head.headerFields[.contentLength].flatMap({ Int($0) }) ?? 0 <= Budget.bodyBytes
        else { return }
        context.writeAndFlush(self.wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private static func problem(of error: any Error) -> Problem {
        if case HTTPParserError.headerOverflow = error {
            return Problem(
                .headersTooLarge,
                "a header field has at most \(Budget.headerFieldBytes) octets, all together \(Budget.headerListBytes)"
                    + " in \(Budget.headerFields) fields"
            )
        }
        return Problem(.malformedRequest, "the request is not well-formed HTTP/1.1 (RFC 9112)")
    }
}

extension RequestGuard {
    private func tick(_ context: ChannelHandlerContext) {
        let phase = self.progress.phase
        guard NIODeadline.now() - self.since >= TimeAmount(self.limit(of: phase)) else { return }
        switch phase {
        case .keptAlive, .answer, .draining:
            context.close(promise: nil)
        case .firstHead:
            self.refuse(Problem(.requestTimeout, "no request came in time"), context)
        case .body where self.hasGivenUp:
            context.close(promise: nil)
        case .body:
            // Whoever reads the body must not take what has come for all of it: the error reaches it, and it answers.
            self.hasGivenUp = true
            self.closesAfterAnswer = true
            self.since = .now()
            context.fireErrorCaught(SlowBodyError())
        }
    }

    private func limit(of phase: RequestProgress.Phase) -> Duration {
        switch phase {
        case .firstHead: self.limits.head
        case .keptAlive: self.limits.idle
        case .body: self.hasGivenUp ? self.limits.linger : self.limits.body
        case .answer: self.limits.answer
        case .draining: self.limits.linger
        }
    }

    /// Answers what never became a request, after the answers before it, and closes.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        guard self.progress.underWay == 0 else {
            self.refusal = problem
            return
        }
        self.progress.drain()
        self.metrics.refused(status: problem.code.status.code)
        let document = ByteBuffer(bytes: problem.document.serialized)
        var head = HTTPResponse(status: problem.code.status, headerFields: problem.headers)
        head.headerFields[.contentType] = MediaType.problem
        head.headerFields[.contentLength] = String(document.readableBytes)
        head.headerFields[.xContentTypeOptions] = "nosniff"
        head.headerFields[.cacheControl] = "no-store"
        if !self.isStream { head.headerFields[.connection] = "close" }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(document)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            self.drain(context)
        }
    }

    /// RFC 9112 §9.6: a server that closes at once, with input unread, may destroy its own answer on the way; it closes its
    /// side first and reads on for a while.
    private func drain(_ context: ChannelHandlerContext) {
        self.progress.drain()
        self.since = .now()
        context.close(mode: self.isStream ? .all : .output, promise: nil)
    }
}

/// A body that did not come in time.
struct SlowBodyError: Error {}
