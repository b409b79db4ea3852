// Following CNAMEs within answers and across them (RFC 1034 §3.6.2), as far as the budget goes.

/// The aliases from a name to where it leads.
struct AliasChain {
    /// The names passed.
    private(set) var aliases: [DomainName] = []
    /// The name at the end.
    private(set) var end: DomainName

    /// Starts at a name.
    init(_ name: DomainName) {
        self.end = name
    }

    /// Goes on as far as an answer leads, and returns the records of the type at the end.
    mutating func follow(_ answer: Message, type: RecordType) throws(DNSError) -> [ResourceRecord] {
        let records = answer.answers.compactMap(\.record)
        while type != .cname, let target = Self.target(of: self.end, in: records) {
            self.aliases.append(self.end)
            self.end = target
            guard self.aliases.count <= Budget.aliases, !self.aliases.contains(target) else {
                throw DNSError(.tooMuch, "\(self.aliases[0]) leads through too many aliases (CNAME), or in a circle")
            }
        }
        return records.filter { $0.name == self.end && $0.data.type == type }
    }

    private static func target(of name: DomainName, in records: [ResourceRecord]) -> DomainName? {
        for record in records where record.name == name {
            if case .cname(let target) = record.data { return target }
        }
        return nil
    }
}
