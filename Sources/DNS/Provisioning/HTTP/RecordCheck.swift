// What a change must be before a host hears of it.

enum RecordCheck {
    /// Why a record cannot be one of the zone at this host; nil if it can.
    static func failure(
        of record: ResourceRecord,
        in zone: DomainName,
        types: Set<RecordType>
    ) -> ProviderFailure? {
        let key = RecordSetKey(record)
        guard record.name.isWithin(zone) else {
            return ProviderFailure(.invalid, "\(record.name) does not lie in the zone \(zone)")
        }
        guard types.contains(key.type) else {
            return ProviderFailure(.unsupported, "records of type \(key.type) cannot be changed at this host")
        }
        // RFC 2181 §8: "a minimum value of 0, and a maximum value of 2147483647".
        guard record.ttl <= 0x7FFF_FFFF else {
            return ProviderFailure(.invalid, "\(key): a TTL is at most 2147483647 seconds (RFC 2181 §8)")
        }
        // RFC 1034 §3.6.2: "If a CNAME RR is present at a node, no other data should be present"; an apex has SOA and NS.
        if key.type == .cname, record.name == zone {
            return ProviderFailure(.conflict, "\(key): the apex of a zone cannot be an alias (RFC 1034 §3.6.2)")
        }
        do {
            try record.data.validate()
            return nil
        } catch {
            return ProviderFailure(.invalid, "\(record.name): \(error.reason)")
        }
    }
}
