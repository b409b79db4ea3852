// Waiting for one answer, in bounded time; the socket is closed whatever happens.

import NIOCore

/// Who waits for an answer of a server.
struct AnswerWaiter<Answer: Sendable>: Sendable {
    /// The server asked.
    let server: ServerAddress
    /// Kept by the first of: an answer, a failure, the end of the time, the end of the task.
    let promise: EventLoopPromise<Answer>

    /// Sends over a channel once it stands, and waits.
    func wait(
        for connected: EventLoopFuture<any Channel>,
        timeout: Duration,
        send: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(DNSError) -> Answer {
        let timer = self.promise.futureResult.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            self.promise.fail(DNSError(.timeout, "\(self.server) did not answer in \(timeout)"))
        }
        connected.flatMap(send).whenFailure { self.fail($0) }
        let result = await withTaskCancellationHandler {
            await self.promise.futureResult.result()
        } onCancel: {
            self.promise.fail(DNSError(.timeout, "nobody waits for \(self.server) any longer"))
        }
        timer.cancel()
        connected.whenSuccess { $0.close(promise: nil) }
        switch result {
        case .success(let answer): return answer
        case .failure(let error as DNSError): throw error
        case .failure(let error): throw DNSError(.serverFailure, "\(self.server): \(error)")
        }
    }

    /// Fails with what the system says.
    func fail(_ error: any Error) {
        let reason = (error as? IOError).map { "\($0)" } ?? "\(error)"
        self.promise.fail(error as? DNSError ?? DNSError(.serverFailure, "\(self.server) cannot be reached: \(reason)"))
    }
}

extension EventLoopFuture where Value: Sendable {
    /// The outcome, without throwing.
    fileprivate func result() async -> Result<Value, any Error> {
        do {
            return .success(try await self.get())
        } catch {
            return .failure(error)
        }
    }
}
