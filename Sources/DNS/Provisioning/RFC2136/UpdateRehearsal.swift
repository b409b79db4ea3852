// Playing changes through on what a server has, to find what excludes what (RFC 1034 §3.6.2, RFC 2181 §10.1).

/// The records at the names concerned, as the changes leave them.
struct UpdateRehearsal {
    private var records: [DomainName: Set<RecordData>]

    /// Starts with what is there.
    init(_ seen: [DomainName: [ResourceRecord]]) {
        self.records = seen.mapValues { Set($0.map(\.data)) }
    }

    /// Plays the changes and returns those that are excluded, by their index, with the reason.
    mutating func conflicts(of changes: [RecordChange]) -> [Int: String] {
        var conflicts: [Int: String] = [:]
        for (index, change) in changes.enumerated() {
            switch change {
            case .remove(let record): self.records[record.name]?.remove(record.data)
            case .add(let record):
                if let obstacle = self.obstacle(to: record) {
                    let what = "\(obstacle.type) \(obstacle.presentation)"
                    conflicts[index] =
                        "\(record.name) has \(what), which excludes \(record.data.type); remove one of them"
                } else {
                    self.records[record.name, default: []].insert(record.data)
                }
            }
        }
        return conflicts
    }

    /// What excludes a record: an alias stands alone.
    private func obstacle(to record: ResourceRecord) -> RecordData? {
        let others = (self.records[record.name] ?? []).filter { $0 != record.data }
        return record.data.type == .cname ? others.first : others.first { $0.type == .cname }
    }
}

extension RecordType {
    /// Whether the server makes such records itself when it signs, which an alias does not exclude (RFC 4034 §4, RFC 5155).
    var isMadeBySigning: Bool {
        // RRSIG, NSEC, NSEC3, NSEC3PARAM and BIND's private type for keys under way.
        [46, 47, 50, 51, 65_534].contains(self.rawValue)
    }
}
