// Resources that must be looked for before they can be sent.

import NIOCore
import PKIX

extension ConnectionHandler {
    /// A request that waits for what it asks for.
    struct Loading {
        let head: RequestHead
        /// The fields that the answer depends on are read again when it is there.
        let octets: [UInt8]
        let route: Route
        /// Looks for it once there is a place for it; nil when there is nowhere to look.
        ///
        /// Its parent is the connection: whatever ends the wait cancels it.
        var task: Task<Void, Never>?
    }

    /// Has a resource looked for, and waits.
    func load(
        _ context: ChannelHandlerContext,
        _ head: RequestHead,
        _ target: ResourceTarget,
        _ share: LoadShare,
        _ bytes: Span<UInt8>
    ) {
        let shared = self.worker.dispatcher.context
        let number = self.beginLoading(head, share, bytes)
        guard let loader = shared.loader else { return self.write(.busy, context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        self.loading?.task = Task {
            let outcome: LoadOutcome
            if await shared.loadSlots.take(share) {
                // The client may have gone in the moment in which it got its place.
                outcome = Task.isCancelled ? .busy : await LoadOutcome(of: target, from: loader)
                shared.loadSlots.giveBack(share)
            } else {
                outcome = .busy
            }
            eventLoop.execute { bound.value.loaded(number, outcome) }
        }
    }

    /// Sends a resource after what others on the event loop have asked for.
    func postpone(
        _ context: ChannelHandlerContext,
        _ head: RequestHead,
        _ resource: PublishedResource,
        _ share: LoadShare,
        _ bytes: Span<UInt8>
    ) {
        let number = self.beginLoading(head, share, bytes)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        // A moment later: what is executed at once comes before other connections are looked at.
        context.eventLoop.scheduleTask(in: .microseconds(50)) { bound.value.loaded(number, .found(resource)) }
    }

    private func beginLoading(_ head: RequestHead, _ share: LoadShare, _ bytes: Span<UInt8>) -> Int {
        let octets = (0..<min(head.totalLength, bytes.count)).map { bytes[$0] }
        self.loading = Loading(head: head, octets: octets, route: share.route)
        return self.state.beganAnswer(now: self.worker.now)
    }

    /// Nobody waits for what is looked for.
    func abandonLoad() { self.loading?.task?.cancel() }

    /// The resource has been found, or not; it may be that nobody waits for it any more.
    func loaded(_ number: Int, _ outcome: LoadOutcome) {
        guard self.state.phase == .answering(number), let context = self.context else { return }
        self.worker.dispatcher.writer.setTime(self.worker.dispatcher.context.now())
        self.write(outcome, context)
        if self.state.phase == .idle { self.resume(context) }
    }

    private func write(_ outcome: LoadOutcome, _ context: ChannelHandlerContext) {
        guard let loading = self.loading else { return }
        self.loading = nil
        let (head, route) = (loading.head, loading.route)
        let persistence = Persistence(head, endsSoon: self.state.isQuiescing)
        let next =
            switch outcome {
            case .found(let resource):
                self.worker.dispatcher.serve(resource, head, loading.octets.span, persistence, route: route)
            case .nothing: self.worker.dispatcher.refuse(.notFound, route, head, persistence)
            case .malformed: self.worker.dispatcher.refuse(.badRequest, route, head, persistence)
            case .busy:
                self.worker.dispatcher.refuse(
                    .serviceUnavailable,
                    route,
                    head,
                    persistence,
                    fields: "Retry-After: \(Budget.retryAfterSeconds)\r\n"
                )
            }
        if case .send(let content, let range) = next {
            self.send(context, content, range, isLast: persistence == .ends)
        } else {
            self.state.answered(isLast: persistence == .ends, now: self.worker.now)
        }
    }
}
