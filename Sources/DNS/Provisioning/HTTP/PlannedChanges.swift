// Changes on their way: which may be sent, and what became of each.

/// The name and type that the values of a set share.
struct RecordSetKey: Hashable, Sendable, CustomStringConvertible {
    let name: DomainName
    let type: RecordType

    init(_ record: ResourceRecord) {
        self.init(name: record.name, type: record.data.type)
    }

    init(name: DomainName, type: RecordType) {
        self.name = name
        self.type = type
    }

    var description: String { "\(self.name.absolute) \(self.type)" }
}

/// The changes of one set, by their places in the list.
struct ChangeGroup: Hashable, Sendable {
    let key: RecordSetKey
    var indices: [Int]
}

/// Changes with their results.
struct PlannedChanges: Sendable {
    let changes: [RecordChange]
    private var results: [ChangeResult?]

    /// Refuses at once what is no record of the zone, or of a type that the host does not take.
    init(_ changes: [RecordChange], in zone: DomainName, types: Set<RecordType>) {
        self.changes = changes
        self.results = changes.map { change in
            RecordCheck.failure(of: change.record, in: zone, types: types).map { .failed($0) }
        }
    }

    /// The changes without a result, by set, in the order of each set's first change.
    var groups: [ChangeGroup] {
        var groups: [ChangeGroup] = []
        var places: [RecordSetKey: Int] = [:]
        for index in self.open {
            let key = RecordSetKey(self.changes[index].record)
            if let place = places[key] {
                groups[place].indices.append(index)
            } else {
                places[key] = groups.count
                groups.append(ChangeGroup(key: key, indices: [index]))
            }
        }
        return groups
    }

    /// The changes without a result.
    var open: [Int] { self.results.indices.filter { self.results[$0] == nil } }

    /// Says what became of changes; of those without a result yet.
    mutating func settle(_ indices: some Sequence<Int>, _ result: ChangeResult) {
        for index in indices where self.results[index] == nil { self.results[index] = result }
    }

    /// As many results as changes; what was not settled was not made.
    var final: [ChangeResult] {
        self.results.map { $0 ?? .failed(ProviderFailure(.unavailable, "the change was not reached; make it again")) }
    }
}

extension PlannedChanges {
    /// The changes of a group.
    func changes(of group: ChangeGroup) -> [RecordChange] { group.indices.map { self.changes[$0] } }
}
