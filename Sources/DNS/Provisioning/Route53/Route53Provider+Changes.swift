// Changes at Route 53: read the sets, replace them in one transaction if they still are as read, and read again if not.

extension Route53Provider {
    /// Makes the changes; those of one batch together or not at all.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        var plan = PlannedChanges(changes, in: zone, types: Self.types)
        guard !plan.open.isEmpty else { return plan.final }
        let ticker = self.environment.ticker
        guard await self.locks.acquire(zone, within: self.environment.retries.totalTime, by: ticker) else {
            plan.settle(plan.open, .failed(ProviderFailure(.unavailable, "other changes of \(zone) are under way")))
            return plan.final
        }
        let accepted = await self.make(&plan, in: zone)
        await self.locks.release(zone)
        await self.waitUntilInSync(accepted)
        return plan.final
    }

    /// Makes the changes in rounds; gives the identifiers of what Route 53 has accepted.
    private func make(_ plan: inout PlannedChanges, in zone: DomainName) async -> [String] {
        var accepted: [String] = []
        var pacing = Pacing(self.environment)
        do {
            let identifier = try await self.identifier(of: zone)
            for _ in 0..<ProviderBudget.rounds {
                let edits = try await self.edits(&plan, in: identifier, zone)
                var stale: ProviderFailure?
                for batch in Route53Batch.pack(edits) {
                    switch try await self.change(batch, &plan, in: identifier, zone) {
                    case .accepted(let identifier): accepted.append(identifier)
                    case .stale(let failure): stale = failure
                    case nil: continue
                    }
                }
                guard let stale else { return accepted }
                try await pacing.pause(after: ProviderFailure(.unavailable, stale.reason))
            }
        } catch {
            plan.settle(plan.open, .failed(error))
        }
        plan.settle(
            plan.open,
            .failed(ProviderFailure(.unavailable, "others keep changing the same records of \(zone)"))
        )
        return accepted
    }

    /// The edits that remain; changes that need none are settled, and those of sets that we must not touch.
    private func edits(
        _ plan: inout PlannedChanges,
        in identifier: String,
        _ zone: DomainName
    ) async throws(ProviderFailure) -> [Route53Edit] {
        var edits: [Route53Edit] = []
        for group in plan.groups {
            let key = group.key
            let sets = try await self.sets(in: identifier, zone, at: key.name, type: key.type, limit: 1)
            guard !sets.contains(where: \.isRouted) else {
                let reason = "\(key) is an alias or has a routing policy at Route 53; change it by hand"
                plan.settle(group.indices, .failed(ProviderFailure(.conflict, reason)))
                continue
            }
            let old = sets.first?.set ?? HostedRecordSet(key: key, ttl: nil, values: [])
            var new = old
            for change in plan.changes(of: group) { new.make(change, write: Route53Text.write) }
            if new.values == old.values, new.ttl == old.ttl || new.values.isEmpty {
                plan.settle(group.indices, .done)
            } else if let conflict = new.conflict {
                plan.settle(group.indices, .failed(conflict))
            } else {
                edits.append(Route53Edit(group: group, old: old, new: new))
            }
        }
        return edits
    }

    /// Sends one batch; nil when it was refused and its changes are settled.
    private func change(
        _ batch: Route53Batch,
        _ plan: inout PlannedChanges,
        in identifier: String,
        _ zone: DomainName
    ) async throws(ProviderFailure) -> Route53Client.BatchOutcome? {
        do {
            let outcome = try await self.noting(zone) { () async throws(ProviderFailure) in
                try await self.client.change(batch, in: identifier)
            }
            if case .accepted = outcome { plan.settle(batch.indices, .done) }
            return outcome
        } catch {
            // Whatever shuts this one out shuts out the next.
            if error.isTransient || error.kind == .unauthorized || error.kind == .noSuchZone { throw error }
            plan.settle(batch.indices, .failed(error))
            return nil
        }
    }

    /// Asks until all servers have the changes, or the time is over.
    private func waitUntilInSync(_ identifiers: [String]) async {
        let ticker = self.environment.ticker
        let end = ticker.now() + self.syncTime
        for identifier in identifiers where !identifier.isEmpty {
            while ticker.now() < end {
                let document = try? await self.client.document("GET", "/change/\(identifier)")
                if document?["ChangeInfo"]?["Status"]?.text != "PENDING" { break }
                guard (try? await ticker.sleep(Self.syncPause)) != nil else { return }
            }
        }
    }

    /// Route 53 says `INSYNC` within a minute as a rule; its rate leaves no room for more questions.
    private static let syncPause: Duration = .seconds(2)
}
