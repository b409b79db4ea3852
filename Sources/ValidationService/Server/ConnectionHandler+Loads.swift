// Resources that must be looked for before they can be sent.

import NIOCore
import PKIX

extension ConnectionHandler {
    /// Has a resource looked for, and waits.
    func load(_ context: ChannelHandlerContext, _ head: RequestHead, _ target: ResourceTarget, _ bytes: Span<UInt8>) {
        let shared = self.worker.dispatcher.context
        let number = self.state.beganAnswer(now: self.worker.now)
        // The fields that the answer depends on are read again when it is there.
        self.loading = (head, (0..<min(head.totalLength, bytes.count)).map { bytes[$0] })
        guard let loader = shared.loader, shared.loadSlots.take() else { return self.write(.busy, context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        Task {
            let outcome: LoadOutcome
            do { outcome = try await loader.load(target).map { .found($0) } ?? .nothing } catch { outcome = .busy }
            shared.loadSlots.giveBack()
            eventLoop.execute { bound.value.loaded(number, outcome) }
        }
    }

    /// The resource has been found, or not; it may be that nobody waits for it any more.
    func loaded(_ number: Int, _ outcome: LoadOutcome) {
        guard self.state.phase == .answering(number), let context = self.context else { return }
        self.worker.dispatcher.writer.setTime(self.worker.dispatcher.context.now())
        self.write(outcome, context)
        if self.state.phase == .idle { self.resume(context) }
    }

    private func write(_ outcome: LoadOutcome, _ context: ChannelHandlerContext) {
        guard let (head, octets) = self.loading else { return }
        self.loading = nil
        let persistence = Persistence(head, endsSoon: self.state.isQuiescing)
        let next =
            switch outcome {
            case .found(let resource): self.worker.dispatcher.serve(resource, head, octets.span, persistence)
            case .nothing: self.worker.dispatcher.refuse(.notFound, .resource, head, persistence)
            case .busy:
                self.worker.dispatcher.refuse(
                    .serviceUnavailable,
                    .resource,
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
