// What every authoritative server is to show.

/// An expectation of a name and type.
public struct RecordExpectation: Hashable, Sendable {
    /// The name.
    public let name: DomainName
    /// The type.
    public let type: RecordType
    /// What is to be there; there may be more.
    public let present: Set<RecordData>
    /// What is not to be there any longer.
    public let absent: Set<RecordData>

    /// Creates an expectation.
    public init(name: DomainName, type: RecordType, present: Set<RecordData>, absent: Set<RecordData> = []) {
        self.name = name
        self.type = type
        self.present = present
        self.absent = absent
    }

    /// What changes are to lead to, one expectation a name and type, in the order of their first change.
    public static func of(_ changes: [RecordChange]) -> [RecordExpectation] {
        var order: [Question] = []
        var states: [Question: [RecordData: Bool]] = [:]
        for change in changes {
            let key = Question(name: change.record.name, type: change.record.data.type)
            if states[key] == nil { order.append(key) }
            if case .add = change {
                states[key, default: [:]][change.record.data] = true
            } else {
                states[key, default: [:]][change.record.data] = false
            }
        }
        return order.map { key in
            let state = states[key] ?? [:]
            return RecordExpectation(
                name: key.name,
                type: key.type,
                present: Set(state.filter(\.value).keys),
                absent: Set(state.filter { !$0.value }.keys)
            )
        }
    }

    /// Whether a finding is what is expected.
    public func isMet(by finding: ServerFinding) -> Bool {
        switch finding {
        case .records(let data): self.present.isSubset(of: data) && self.absent.isDisjoint(with: data)
        // Where only removals are awaited, an alias shows that they were made.
        case .alias: self.present.isEmpty
        default: false
        }
    }
}
