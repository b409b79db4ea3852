// Changes at PowerDNS: read the sets whole, with what is disabled in them, and replace them in one transaction.

extension PowerDNSProvider {
    /// Makes the changes, all in one transaction.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        var plan = PlannedChanges(changes, in: zone, types: Self.types)
        guard !plan.open.isEmpty else { return plan.final }
        let environment = self.client.caller.environment
        guard await self.locks.acquire(zone, within: environment.retries.totalTime, by: environment.ticker) else {
            plan.settle(plan.open, .failed(ProviderFailure(.unavailable, "other changes of \(zone) are under way")))
            return plan.final
        }
        do {
            try await self.make(&plan, in: zone)
            plan.settle(plan.open, .done)
        } catch {
            plan.settle(plan.open, .failed(error))
        }
        await self.locks.release(zone)
        return plan.final
    }

    private func make(_ plan: inout PlannedChanges, in zone: DomainName) async throws(ProviderFailure) {
        var replacements: [HostedRecordSet] = []
        for group in plan.groups {
            let key = group.key
            let old = try await self.current(key, in: zone)
            var new = old
            for change in plan.changes(of: group) { new.make(change, write: PowerDNSText.write) }
            if new.values == old.values, new.ttl == old.ttl || new.values.isEmpty { continue }
            if let conflict = new.conflict {
                plan.settle(group.indices, .failed(conflict))
            } else {
                replacements.append(new)
            }
        }
        guard !replacements.isEmpty else { return }
        // What goes, goes first: an alias makes room for what replaces it.
        let ordered = replacements.filter(\.values.isEmpty) + replacements.filter { !$0.values.isEmpty }
        let patch = PowerDNSPatch(rrsets: ordered.map(PowerDNSPatch.Change.init))
        try await self.client.send(about: zone, "PATCH", body: patch)
    }

    /// A set with all its values.
    ///
    /// Asked for one set, the server leaves out disabled values (seen with 4.7), and replacing the set would lose them; its
    /// search has them. Backends that cannot search answer with nothing.
    private func current(_ key: RecordSetKey, in zone: DomainName) async throws(ProviderFailure) -> HostedRecordSet {
        guard let found = try await self.client.search(key.name) else {
            let all = try await self.sets(in: zone, at: nil, type: nil)
            return all.first { $0.key == key } ?? HostedRecordSet(key: key, ttl: nil, values: [])
        }
        let served = try await self.sets(in: zone, at: key.name, type: key.type).first
        let known = served?.values ?? []
        let disabled = found.filter { row in
            row.disabled == true && row.key == key && row.zone.flatMap { try? DomainName($0) } == zone
                && !known.contains { $0.text == row.content }
        }
        let values = disabled.map { row in
            HostedValue(
                text: row.content ?? "",
                data: row.content.flatMap { try? RecordData(type: key.type, presentation: $0) },
                isDisabled: true
            )
        }
        return HostedRecordSet(key: key, ttl: served?.ttl ?? disabled.first?.ttl, values: known + values)
    }
}
