// How a change of records is made: checked, recorded, sent, settled.

import AuditLog
import DNS
import FoundationEssentials

extension ZoneService {
    /// Values of a name and type that are ours.
    func ownedRecords(
        in apex: DomainName,
        at owner: DomainName,
        _ type: RecordType
    ) async throws -> [ResourceRecord] {
        try await self.store.ownedRecords(in: apex, at: owner, type: type, limit: Budget.recordChanges).map(\.record)
    }

    /// Makes changes.
    ///
    /// Steps:
    /// 1. what is refused: names of agents and of other zones, values of others;
    /// 2. the operation, recorded with its audit entries;
    /// 3. the changes, sent;
    /// 4. what became of them, recorded.
    func make(
        _ changes: [RecordChange],
        in zone: HostedZone,
        _ principal: Principal,
        _ origin: RequestOrigin
    ) async throws -> [RecordResult] {
        guard !changes.isEmpty else { return [] }
        try self.requireOfZone(changes, zone)
        try await self.requireNotOfAgents(changes)
        try await self.requireNotOfOthers(changes, in: zone)
        let operation = self.operation(changes, in: zone.apex, principal, origin)
        let new: Set<Int>
        switch try await self.store.begin(operation) {
        case .begun(let indices): new = indices
        case .notOurs(let index): throw Self.notOurs(changes[index].record)
        case .busy(let index):
            let record = changes[index].record
            throw RegistrationError(
                .recordBusy,
                "\(record.name) \(record.data.type) is being changed by another call; try again when that is over",
                retryAfter: 2
            )
        }
        let results = await zone.provider.apply(changes, in: zone.apex)
        let settlements = zip(changes, results).enumerated().map { index, pair in
            Self.settlement(of: pair.0, pair.1, isNew: new.contains(index))
        }
        let failures = self.failures(zip(changes, results).map { ($0, $1) }, zone.apex, principal, origin)
        try await self.store.settle(operation, settlements, audit: failures)
        return zip(changes, results).map { RecordResult(change: $0, result: $1) }
    }

    private func requireOfZone(_ changes: [RecordChange], _ zone: HostedZone) throws(RegistrationError) {
        for record in changes.map(\.record) {
            guard let closest = self.directory.zone(of: record.name), closest.apex != zone.apex else { continue }
            // A delegation is the parent's (RFC 1034 §4.2.1).
            if record.name == closest.apex, [.ns, .ds].contains(record.data.type) { continue }
            throw RegistrationError(.invalidRecord, "name: \(record.name) is in the zone \(closest.apex)")
        }
    }

    /// At an agent's host, addresses alone are written here; all else, and what hangs below it by underscored labels, is
    /// its registration's.
    private func requireNotOfAgents(_ changes: [RecordChange]) async throws {
        var hosts: Set<DomainName> = []
        for record in changes.map(\.record) {
            var host = record.name
            while host.labels.first?.first == UInt8(ascii: "_"), let parent = host.parent { host = parent }
            let isAddress = record.data.type == .a || record.data.type == .aaaa
            if host != record.name || !isAddress { hosts.insert(host) }
        }
        for host in hosts.sorted() where try await self.registrations.isHeld(host: host.description) {
            throw RegistrationError(
                .recordOfAgent,
                "\(host) is an agent's: its registration keeps its records; only its addresses are written here"
            )
        }
    }

    /// A value that is in the zone and not recorded is someone else's: it is not claimed by adding it again.
    private func requireNotOfOthers(_ changes: [RecordChange], in zone: HostedZone) async throws {
        var sets: [Question: [ResourceRecord]] = [:]
        for case .add(let record) in changes {
            sets[Question(name: record.name, type: record.data.type), default: []].append(record)
        }
        for (set, records) in sets {
            let owned = try await self.ownedRecords(in: zone.apex, at: set.name, set.type)
            let new = records.filter { record in !owned.contains { $0.data == record.data } }
            guard !new.isEmpty else { continue }
            do {
                let found = try await zone.provider.records(
                    in: zone.apex,
                    at: set.name,
                    type: set.type,
                    limit: Budget.listedRecords
                )
                if let other = new.first(where: { record in found.contains { $0.data == record.data } }) {
                    throw Self.notOurs(other)
                }
            } catch let failure as ProviderFailure {
                // Whoever cannot list keeps the zone by hand, and sees what is there.
                if failure.kind != .unsupported { throw RegistrationError(failure) }
            }
        }
    }

    private static func notOurs(_ record: ResourceRecord) -> RegistrationError {
        RegistrationError(
            .recordNotOurs,
            "the \(record.data.type) record of \(record.name) with this value was not written through this API"
        )
    }

    private func operation(
        _ changes: [RecordChange],
        in apex: DomainName,
        _ principal: Principal,
        _ origin: RequestOrigin
    ) -> RecordOperation {
        let instant = self.environment.instant
        let additions = changes.compactMap { if case .add(let record) = $0 { record } else { nil } }
        let removals = changes.compactMap { if case .remove(let record) = $0 { record } else { nil } }
        let audit = [(AuditAction.writeRecords, additions), (.removeRecords, removals)]
            .filter { !$0.1.isEmpty }
            .map { self.event($0.0, apex, principal, origin, details: Self.details(of: $0.1)) }
        return RecordOperation(
            id: self.environment.drawID().description,
            zone: apex,
            changes: changes,
            at: instant,
            leaseUntil: instant.addingTimeInterval(Budget.recordLeaseSeconds),
            audit: audit
        )
    }

    /// What goes to the audit log once it is known that not all was done.
    private func failures(
        _ results: [(RecordChange, ChangeResult)],
        _ apex: DomainName,
        _ principal: Principal,
        _ origin: RequestOrigin
    ) -> [AuditEvent] {
        var events: [AuditEvent] = []
        for (change, result) in results {
            guard case .failed(let failure) = result else { continue }
            let action: AuditAction = if case .add = change { .writeRecords } else { .removeRecords }
            var details = Self.details(of: [change.record])
            details["reason"] = failure.reason
            let event = self.event(
                action,
                apex,
                principal,
                origin,
                result: .failure(code: failure.kind.rawValue),
                details: details
            )
            events.append(event)
        }
        return events
    }

    private static func details(of records: [ResourceRecord]) -> [String: String] {
        var details = ["records": "\(records.count)"]
        for (index, record) in records.enumerated() {
            details["record.\(index)"] = "\(record.name) \(record.data.type) \(record.data.presentation)"
        }
        return details
    }

    private static func settlement(
        of change: RecordChange,
        _ result: ChangeResult,
        isNew: Bool
    ) -> RecordSettlement {
        let record = change.record
        switch (change, result) {
        case (.add, .done): return RecordSettlement(record: record, state: .published)
        case (.add, .byHand): return RecordSettlement(record: record, state: .planned)
        case (.add, .failed(let failure)):
            // What a provider refuses for good it has not made; what fails otherwise may be there all the same.
            let isRefused = isNew && !failure.isTransient
            return RecordSettlement(record: record, state: isRefused ? nil : .planned, failure: failure.reason)
        case (.remove, .done), (.remove, .byHand): return RecordSettlement(record: record, state: nil)
        case (.remove, .failed(let failure)):
            return RecordSettlement(record: record, state: .withdrawing, failure: failure.reason)
        }
    }
}
