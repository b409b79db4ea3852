// Answers in use are made again before they end, in even portions: each in the third quarter of its life, at a moment that
// its key decides. While nothing can be signed the old ones are given on until their nextUpdate.

public import Logging
public import PKIX
public import ServiceLifecycle

/// Makes answers again before they end.
public struct ResponseRefresher: Service {
    private let maker: AnswerMaker
    private let rate: Int
    private let sleep: @Sendable () async throws -> Void

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - issuers: the same, in the same order, as the server's.
    ///   - rate: answers made in a second at most.
    ///   - clock: measures the seconds between looks at the cache.
    ///   - now: the time of day.
    public init(
        cache: ResponseCache,
        issuers: [StatusIssuer],
        responder: any StatusResponding,
        rate: Int = Budget.refreshesPerSecond,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> CertificateTime,
        logger: Logger
    ) {
        self.maker = AnswerMaker(
            cache: cache,
            responder: responder,
            issuers: IssuerTable(issuers),
            now: now,
            logger: logger
        )
        self.rate = rate
        self.sleep = { try await clock.sleep(for: .seconds(1)) }
    }

    /// Refreshes until graceful shutdown or cancellation.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.sleep() } catch { return }
                await self.refresh()
            }
        }
    }

    /// Makes again what is due, at most a second's portion.
    func refresh() async {
        let time = self.maker.now().secondsSinceEpoch
        var keys = self.maker.cache.due(now: time, limit: self.rate)[...]
        var failed: [StatusKey] = []
        await withTaskGroup(of: StatusKey?.self) { group in
            var running = 0
            while !keys.isEmpty || running > 0 {
                // After a failure nothing more is begun: the token is likely away, and the rest would fail too.
                while failed.isEmpty, running < Budget.concurrentRefreshes, let key = keys.popFirst() {
                    running += 1
                    group.addTask { await self.refresh(key) ? nil : key }
                }
                guard running > 0, let result = await group.next() else { break }
                running -= 1
                if let result { failed.append(result) }
            }
        }
        for key in failed + keys { self.maker.cache.postpone(key, until: time + Budget.refreshRetrySeconds) }
    }

    private func refresh(_ key: StatusKey) async -> Bool {
        guard let flight = self.maker.cache.beginRefresh(key) else { return true }
        return await self.maker.make(flight)
    }
}
