// Changes as atomic updates, with what excludes them found out.

extension RFC2136Provider {
    /// Makes changes; all of a batch, or none.
    public func apply(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        let refused = changes.map { Self.refusal(of: $0, in: zone) }
        guard refused.allSatisfy({ $0 == nil }) else {
            let other = ProviderFailure(.invalid, "not sent, because another change of the same batch is refused")
            return refused.map { .failed($0 ?? other) }
        }
        var results: [ChangeResult] = []
        for batch in Self.batches(changes) {
            // In order: what follows a failure is not sent.
            if case .failed(let failure)? = results.last {
                results += batch.map { _ in .failed(ProviderFailure(failure.kind, "not sent: " + failure.reason)) }
            } else {
                results += await self.applyAtomically(batch, in: zone)
            }
        }
        return results
    }

    private func applyAtomically(_ changes: [RecordChange], in zone: DomainName) async -> [ChangeResult] {
        do throws(ProviderFailure) {
            if try await self.update(UpdateMessage(changes), in: zone) { return changes.map { _ in .done } }
            // Something is at the names, perhaps ours from before. Three times, should others change it meanwhile.
            for _ in 0..<3 {
                let seen = try await self.state(of: changes, in: zone)
                var rehearsal = UpdateRehearsal(seen)
                let conflicts = rehearsal.conflicts(of: changes)
                guard conflicts.isEmpty else { return Self.results(of: changes, conflicts) }
                let message = UpdateMessage(changes, seen: seen)
                if try await self.update(message, in: zone) { return changes.map { _ in .done } }
            }
            throw ProviderFailure(.unavailable, "others change the same names in zone \(zone) all the time")
        } catch {
            return changes.map { _ in .failed(error) }
        }
    }

    /// Sends an update; false when a prerequisite does not hold.
    private func update(_ update: UpdateMessage, in zone: DomainName) async throws(ProviderFailure) -> Bool {
        let answer = try await self.send(zone, accepting: [.nameExists, .setExists, .noSuchSet, .nameError]) {
            () async throws(DNSError) in
            let message = update.message(id: self.exchange.client.randomID(), zone: zone)
            return try await self.exchange.send(message, over: self.configuration.transport)
        }
        return answer.responseCode == .noError
    }

    /// What is at the names where something is added.
    private func state(
        of changes: [RecordChange],
        in zone: DomainName
    ) async throws(ProviderFailure) -> [DomainName: [ResourceRecord]] {
        var seen: [DomainName: [ResourceRecord]] = [:]
        for case .add(let record) in changes where seen[record.name] == nil {
            seen[record.name] = try await self.everything(at: record.name, in: zone)
        }
        return seen
    }

    private static func results(of changes: [RecordChange], _ conflicts: [Int: String]) -> [ChangeResult] {
        changes.indices.map { index in
            let reason = conflicts[index] ?? "not made, because another change of the same batch is excluded"
            return .failed(ProviderFailure(.conflict, reason))
        }
    }
}

extension RFC2136Provider {
    /// Why a change is not sent at all; nil when it may be.
    private static func refusal(of change: RecordChange, in zone: DomainName) -> ProviderFailure? {
        let record = change.record
        guard record.name.isWithin(zone) else {
            return ProviderFailure(.invalid, "\(record.name) is not in zone \(zone)")
        }
        // RFC 2181 §8: "a value between 0 and 2147483647".
        guard record.ttl <= UInt32(Int32.max) else { return ProviderFailure(.invalid, "a TTL is at most 2147483647") }
        if record.data.type == .soa || record.data.type.isMadeBySigning {
            return ProviderFailure(.invalid, "\(record.data.type) records are the server's own")
        }
        if record.data.type == .cname, record.name == zone {
            return ProviderFailure(.invalid, "the name of a zone is no alias (CNAME)")
        }
        do {
            try record.data.validate()
            return nil
        } catch {
            return ProviderFailure(.invalid, error.reason)
        }
    }

    /// The changes in order, in batches that fit a message.
    private static func batches(_ changes: [RecordChange]) -> [[RecordChange]] {
        var batches: [[RecordChange]] = []
        var octets = 0
        for change in changes {
            // Owner (twice, for the prerequisite) and the fixed fields are at most 532 octets.
            let size = change.record.data.wire.count + 532
            if octets + size > Budget.updateOctets || batches.isEmpty {
                batches.append([])
                octets = 0
            }
            batches[batches.count - 1].append(change)
            octets += size
        }
        return batches
    }
}
