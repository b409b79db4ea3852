// UPDATE messages for changes of single values (RFC 2136 §2).

/// Builds the sections of an update.
struct UpdateMessage {
    /// What is to hold before anything is changed.
    private(set) var prerequisites: [MessageRecord] = []
    /// What is changed, in order.
    private(set) var updates: [MessageRecord] = []

    /// The changes under the assumption that nothing stands in their way, which the prerequisites check.
    ///
    /// Servers ignore without a word what a CNAME excludes (RFC 2136 §3.4.2.2), so it is made a prerequisite: where an alias is added
    /// nothing may be, and where something else is added no alias may be.
    init(_ changes: [RecordChange]) {
        self.addUpdates(changes)
        for (name, addsAlias) in Self.additions(in: changes) {
            let type: RecordType = addsAlias ? .any : .cname
            self.prerequisites.append(MessageRecord(name: name, type: type, recordClass: .none))
        }
    }

    /// The changes on the ground of what was seen, which the prerequisites hold fast.
    init(_ changes: [RecordChange], seen: [DomainName: [ResourceRecord]]) {
        self.addUpdates(changes)
        for (name, addsAlias) in Self.additions(in: changes) {
            let records = seen[name] ?? []
            let held = records.filter { addsAlias || $0.data.type == .cname }
            // RFC 2136 §2.4.2: "RRset exists (value dependent)": each of its records, TTL 0.
            self.prerequisites += held.map { MessageRecord(name: $0.name, ttl: 0, data: $0.data) }
            guard held.isEmpty else { continue }
            let type: RecordType = records.isEmpty && addsAlias ? .any : .cname
            self.prerequisites.append(MessageRecord(name: name, type: type, recordClass: .none))
        }
    }

    /// The message.
    func message(id: UInt16, zone: DomainName) -> Message {
        var message = Message(id: id)
        message.operation = .update
        message.questions = [Question(name: zone, type: .soa)]
        message.answers = self.prerequisites
        message.authorities = self.updates
        return message
    }

    private mutating func addUpdates(_ changes: [RecordChange]) {
        self.updates = changes.map { change in
            switch change {
            case .add(let record): MessageRecord(name: record.name, ttl: record.ttl, data: record.data)
            // RFC 2136 §2.5.4: "Delete An RR From An RRset": class NONE, TTL 0.
            case .remove(let record):
                MessageRecord(name: record.name, recordClass: .none, ttl: 0, data: record.data)
            }
        }
    }

    /// The names at which something is added, in order, and whether it is an alias.
    private static func additions(in changes: [RecordChange]) -> [(DomainName, Bool)] {
        var names: [DomainName: Bool] = [:]
        for case .add(let record) in changes {
            names[record.name] = names[record.name] == true || record.data.type == .cname
        }
        return names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
