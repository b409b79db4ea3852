// Records that are written through the API.
//
// True of each change: it is checked, then recorded as ours together with its audit entry, then sent, then settled. A
// crash leaves a value `planned` or `withdrawing`, and the same call again finishes it. What others wrote is not touched:
// a value that is in the zone and was not recorded here can be neither claimed nor removed.

import AuditLog
public import DNS
import FoundationEssentials

/// A record of a zone as a listing has it.
public struct ListedRecord: Hashable, Sendable {
    /// The record.
    public let record: ResourceRecord
    /// How far it is, where it was written through the API.
    public let owned: OwnedRecord?
}

/// Records of a zone.
public struct ZoneListing: Hashable, Sendable {
    /// The records, by name, type and value.
    public let records: [ListedRecord]
    /// Whether these are all; else the provider cannot list, or there are more.
    public let isComplete: Bool
}

/// A change and what became of it.
public struct RecordResult: Hashable, Sendable {
    /// The change.
    public let change: RecordChange
    /// What became of it.
    public let result: ChangeResult
}

/// A value of a set.
struct RecordValue: Hashable {
    let name: DomainName
    let data: RecordData

    init(_ record: ResourceRecord) {
        self.name = record.name
        self.data = record.data
    }
}

extension ZoneService {
    /// The records of a zone: those that its provider has, and those that were written here and are not there yet.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`, `.invalidRecord`, and what the provider refuses.
    public func records(
        in zoneName: String,
        at name: String?,
        type: String?,
        for principal: Principal
    ) async throws -> ZoneListing {
        try principal.require(.read)
        let zone = try await self.hosted(zoneName)
        let (owner, recordType) = try Self.filter(name, type, in: zone.apex)
        let limit = Budget.listedRecords
        let owned = try await self.store.ownedRecords(in: zone.apex, at: owner, type: recordType, limit: limit)
        var isComplete = true
        var found: [ResourceRecord] = []
        do {
            found = try await zone.provider.records(in: zone.apex, at: owner, type: recordType, limit: limit)
            isComplete = found.count < limit && owned.count < limit
        } catch  where error.kind == .unsupported {
            isComplete = false
        } catch {
            throw RegistrationError(error)
        }
        var ours = Dictionary(owned.map { (RecordValue($0.record), $0) }) { first, _ in first }
        var listed = found.map { ListedRecord(record: $0, owned: ours.removeValue(forKey: RecordValue($0))) }
        listed += ours.values.map { ListedRecord(record: $0.record, owned: $0) }
        return ZoneListing(
            records: listed.sorted { Self.order($0.record) < Self.order($1.record) },
            isComplete: isComplete
        )
    }

    /// Adds a value.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`, `.invalidRecord`, `.recordOfAgent`,
    ///   `.recordNotOurs`, `.recordBusy`, and what the provider refuses.
    public func add(
        _ input: RecordInput,
        to zoneName: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> RecordResult {
        try principal.require(.manageZones)
        let zone = try await self.hosted(zoneName)
        let record = try input.record(in: zone.apex, path: "")
        let results = try await self.make([.add(record)], in: zone, principal, origin)
        guard let result = results.first else { throw RegistrationError(.recordRefused, "nothing was sent") }
        if case .failed(let failure) = result.result { throw RegistrationError(failure) }
        return result
    }

    /// Makes changes in order, and says of each what became of it.
    ///
    /// - Throws: ``RegistrationError`` as ``add(_:to:by:from:)``, of the first change that is wrong; then nothing was sent.
    public func change(
        _ requests: [RecordRequest],
        in zoneName: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> [RecordResult] {
        try principal.require(.manageZones)
        let zone = try await self.hosted(zoneName)
        guard requests.count <= Budget.recordChanges else {
            throw RegistrationError(.invalidRecord, "changes: at most \(Budget.recordChanges) are made at once")
        }
        var changes: [RecordChange] = []
        var values: Set<RecordValue> = []
        for (index, request) in requests.enumerated() {
            let path = "changes[\(index)]."
            let record = try request.input.record(in: zone.apex, path: path)
            guard values.insert(RecordValue(record)).inserted else {
                throw RegistrationError(.invalidRecord, "\(path)value: another change is of the same value")
            }
            if case .add = request { changes.append(.add(record)) } else { changes.append(.remove(record)) }
        }
        return try await self.make(changes, in: zone, principal, origin)
    }

    /// Replaces the values of a name and type that are ours by others; what others wrote stays.
    ///
    /// - Parameter inputs: all of the name and the type.
    /// - Throws: ``RegistrationError`` as ``add(_:to:by:from:)``.
    public func replace(
        name: String,
        type: String,
        with inputs: [RecordInput],
        in zoneName: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> [RecordResult] {
        try principal.require(.manageZones)
        let zone = try await self.hosted(zoneName)
        let (owner, recordType) = try RecordInput.owner(name, type, in: zone.apex, path: "")
        guard inputs.count <= Budget.recordChanges else {
            throw RegistrationError(.invalidRecord, "values: at most \(Budget.recordChanges) are written at once")
        }
        var wanted: [ResourceRecord] = []
        for (index, input) in inputs.enumerated() {
            let record = try input.record(in: zone.apex, path: "values[\(index)]: ")
            if !wanted.contains(where: { $0.data == record.data }) { wanted.append(record) }
        }
        let owned = try await self.ownedRecords(in: zone.apex, at: owner, recordType)
        let removals = owned.filter { old in !wanted.contains { $0.data == old.data } }.map(RecordChange.remove)
        let additions = wanted.map(RecordChange.add)
        // A name has one alias at most: there the old one goes first. Elsewhere the name is never left without a value.
        let changes = recordType == .cname ? removals + additions : additions + removals
        return try await self.make(changes, in: zone, principal, origin)
    }

    /// Removes a value that is ours, or all of a name and type.
    ///
    /// - Throws: ``RegistrationError`` as ``add(_:to:by:from:)``; `.recordNotOurs` also when there is none.
    public func remove(
        name: String,
        type: String,
        value: String?,
        from zoneName: String,
        by principal: Principal,
        origin: RequestOrigin
    ) async throws -> [RecordResult] {
        try principal.require(.manageZones)
        let zone = try await self.hosted(zoneName)
        if let value {
            let record = try RecordInput(name: name, type: type, value: value).record(in: zone.apex, path: "")
            return try await self.make([.remove(record)], in: zone, principal, origin)
        }
        let (owner, recordType) = try RecordInput.owner(name, type, in: zone.apex, path: "")
        let owned = try await self.ownedRecords(in: zone.apex, at: owner, recordType)
        guard !owned.isEmpty else {
            throw RegistrationError(.recordNotOurs, "no \(recordType) record at \(owner) was written through this API")
        }
        return try await self.make(owned.map(RecordChange.remove), in: zone, principal, origin)
    }
}

extension ZoneService {
    /// What a listing is limited to.
    private static func filter(
        _ name: String?,
        _ type: String?,
        in apex: DomainName
    ) throws(RegistrationError) -> (DomainName?, RecordType?) {
        var owner: DomainName?
        if let name {
            owner = try? DomainName(name)
            guard let owner, owner.isWithin(apex) else {
                throw RegistrationError(.invalidRecord, "name: it is no name in the zone \(apex)")
            }
        }
        guard let type else { return (owner, nil) }
        guard let known = RecordType(mnemonic: type) else {
            throw RegistrationError(.invalidRecord, "type: it is no type of records")
        }
        return (owner, known)
    }

    /// Canonical order of names, then types and data.
    private static func order(_ record: ResourceRecord) -> RecordOrder {
        RecordOrder(name: record.name, type: record.data.type.rawValue, value: record.data.presentation)
    }
}

/// What records are listed by.
private struct RecordOrder: Comparable {
    let name: DomainName
    let type: UInt16
    let value: String

    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.name, lhs.type, lhs.value) < (rhs.name, rhs.type, rhs.value)
    }
}
