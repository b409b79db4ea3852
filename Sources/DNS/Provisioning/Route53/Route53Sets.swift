// Lists of sets: what `ListResourceRecordSets` answers.

/// A set at Route 53.
struct Route53Set: Sendable {
    let set: HostedRecordSet
    /// Whether it is routed (weighted, by region, …) or an alias of AWS's own: only a person changes such sets.
    let isRouted: Bool

    /// Reads a `ResourceRecordSet`; nil when its name or type is none that we know.
    init?(_ element: Route53Element) {
        guard let name = element["Name"].flatMap({ Route53Text.name($0.text) }),
            let type = element["Type"].flatMap({ RecordType(mnemonic: $0.text) })
        else { return nil }
        let values = (element["ResourceRecords"]?.all("ResourceRecord") ?? []).compactMap { $0["Value"]?.text }
        self.set = HostedRecordSet(
            key: RecordSetKey(name: name, type: type),
            ttl: element["TTL"].flatMap { UInt32($0.text) },
            values: values.map { HostedValue(text: $0, data: Route53Text.data(type, $0)) }
        )
        self.isRouted = element["SetIdentifier"] != nil || element["AliasTarget"] != nil
    }

    /// The records of the set, without values that cannot be read.
    var records: [ResourceRecord] {
        guard let ttl = self.set.ttl else { return [] }
        return self.set.values.compactMap(\.data).map { ResourceRecord(name: self.set.key.name, ttl: ttl, data: $0) }
    }
}

/// One page of sets.
struct Route53Page: Sendable {
    let sets: [Route53Set]
    /// The name of the last row, known or not.
    let lastName: DomainName?
    /// Where the next page begins; nil after the last.
    let next: [(name: String, value: String)]?

    init(_ document: Route53Element) {
        let elements = document["ResourceRecordSets"]?.all("ResourceRecordSet") ?? []
        self.sets = elements.compactMap(Route53Set.init)
        self.lastName = elements.last?["Name"].flatMap { Route53Text.name($0.text) }
        guard document["IsTruncated"]?.text == "true", let name = document["NextRecordName"]?.text else {
            self.next = nil
            return
        }
        let type = document["NextRecordType"]?.text
        let identifier = document["NextRecordIdentifier"]?.text
        let rest = type.map { [("type", $0)] + (identifier.map { [("identifier", $0)] } ?? []) } ?? []
        self.next = [("name", name)] + rest
    }
}
