// Waiting until every authoritative server of a zone shows a change.

/// Watches changes arrive; any number of tasks may wait at once.
public struct Propagation: Sendable {
    private let resolver: Resolver
    private let clock: any Clock<Duration>

    /// Creates a watcher.
    ///
    /// - Parameter clock: for pauses, and the end of the time.
    public init(resolver: Resolver, clock: any Clock<Duration>) {
        self.resolver = resolver
        self.clock = clock
    }

    /// Asks every authoritative server until all show what is expected, or the time is over.
    ///
    /// The first pauses are of 20 ms, for servers of our own; they double up to five seconds.
    ///
    /// - Parameters:
    ///   - expectations: all within one zone.
    ///   - zone: the zone with its servers if they are known; otherwise they are looked up.
    /// - Returns: the state of every server when all were current, or as it was last; never throws for a server's sake.
    /// - Throws: ``DNSError`` when the servers cannot be found.
    public func wait(
        for expectations: [RecordExpectation],
        in zone: AuthoritativeZone? = nil,
        within limit: Duration
    ) async throws(DNSError) -> PropagationReport {
        let elapsed = self.clock.stopwatch()
        let zone = try await self.zone(of: expectations, known: zone)
        var backoff = Backoff(first: .milliseconds(20), longest: .seconds(5))
        var report = await self.look(expectations, in: zone, before: nil)
        while !report.isComplete, !expectations.isEmpty, elapsed() < limit {
            // Every server waits for itself here, so there is nothing to jitter.
            let pause = min(backoff.pause(1), limit - elapsed())
            guard (try? await self.clock.sleep(for: max(pause, .zero), tolerance: nil)) != nil else { return report }
            report = await self.look(expectations, in: zone, before: report)
        }
        return report
    }

    /// Asks every authoritative server once.
    ///
    /// - Throws: ``DNSError`` when the servers cannot be found.
    public func check(
        _ expectations: [RecordExpectation],
        in zone: AuthoritativeZone? = nil
    ) async throws(DNSError) -> PropagationReport {
        await self.look(expectations, in: try await self.zone(of: expectations, known: zone), before: nil)
    }

    private func zone(
        of expectations: [RecordExpectation],
        known: AuthoritativeZone?
    ) async throws(DNSError) -> AuthoritativeZone {
        if let known { return known }
        guard let first = expectations.first else { return AuthoritativeZone(apex: .root, servers: []) }
        return try await self.resolver.authoritativeServers(of: first.name)
    }

    /// Asks for everything that was not current before.
    private func look(
        _ expectations: [RecordExpectation],
        in zone: AuthoritativeZone,
        before: PropagationReport?
    ) async -> PropagationReport {
        let known = before?.entries ?? []
        let pairs = zone.servers.flatMap { server in expectations.map { (server, $0) } }
        let entries = await withTaskGroup(of: (Int, PropagationReport.Entry).self) { group in
            for (index, (server, expectation)) in pairs.enumerated() {
                if index < known.count, known[index].isCurrent { continue }
                group.addTask {
                    let finding = await self.resolver.finding(of: expectation.name, expectation.type, at: server)
                    return (
                        index,
                        PropagationReport.Entry(server: server, expectation: expectation, finding: finding)
                    )
                }
            }
            var entries = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($0, $1) })
            for await (index, entry) in group { entries[index] = entry }
            return entries
        }
        return PropagationReport(zone: zone.apex, entries: entries.sorted { $0.key < $1.key }.map(\.value))
    }
}
