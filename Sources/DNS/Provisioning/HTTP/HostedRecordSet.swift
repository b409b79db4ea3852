// A set as a host that changes whole sets has it. Values of others are carried as the host wrote them, never rewritten.

/// One value of a set.
struct HostedValue: Hashable, Sendable {
    /// As the host writes it.
    let text: String
    /// What it says; nil when we cannot read it.
    let data: RecordData?
    /// Whether the host keeps it without answering with it.
    var isDisabled = false
}

/// A set of values.
struct HostedRecordSet: Hashable, Sendable {
    let key: RecordSetKey
    /// Nil when there is no set yet.
    private(set) var ttl: UInt32?
    private(set) var values: [HostedValue]

    init(key: RecordSetKey, ttl: UInt32?, values: [HostedValue]) {
        self.key = key
        self.ttl = ttl
        self.values = values
    }

    /// Makes a change: the value alone, and with an addition the TTL of the set, which is one (RFC 2181 §5.2).
    mutating func make(_ change: RecordChange, write: (RecordData) -> String) {
        let data = change.record.data
        let isSame: (HostedValue) -> Bool = { $0.data?.identity == data.identity }
        switch change {
        case .remove: self.values.removeAll(where: isSame)
        case .add(let record):
            self.ttl = record.ttl
            if let index = self.values.firstIndex(where: isSame) {
                self.values[index].isDisabled = false
            } else {
                self.values.append(HostedValue(text: write(data), data: data))
            }
        }
    }

    /// Why no host can have the set; nil if one can.
    var conflict: ProviderFailure? {
        guard self.key.type == .cname, self.values.count > 1 else { return nil }
        return ProviderFailure(
            .conflict,
            "\(self.key.name) is already an alias of another name; remove that one first (RFC 1034 §3.6.2)"
        )
    }
}

extension RecordData {
    /// What makes two values one: how a text is cut into strings does not matter.
    var identity: RecordData {
        guard case .txt(let strings) = self else { return self }
        return .txt([Array(strings.joined())])
    }
}
