// Records as callers write them: everything is checked before anything is sent.

import DNS

/// A record as a caller writes it.
public struct RecordInput: Hashable, Sendable {
    /// The owner, in full; the last dot may be missing.
    public let name: String
    /// The mnemonic of its type.
    public let type: String
    /// For how many seconds it may be kept; ``Budget/recordTTL`` when it is missing.
    public let ttl: Int64?
    /// The data as zone files have them; of TXT the plain text, of any length.
    public let value: String

    /// Creates the value.
    public init(name: String, type: String, ttl: Int64? = nil, value: String) {
        self.name = name
        self.type = type
        self.ttl = ttl
        self.value = value
    }
}

/// What is to be done with a record.
public enum RecordRequest: Hashable, Sendable {
    /// The value is to be there.
    case add(RecordInput)
    /// The value is not to be there.
    case remove(RecordInput)

    /// The record.
    var input: RecordInput {
        switch self {
        case .add(let input), .remove(let input): input
        }
    }
}

extension RecordInput {
    /// The types that are written through the API; the rest is the host's own (SOA, DNSKEY, RRSIG, …).
    static let types: [RecordType] = [
        .a, .aaaa, .cname, .txt, .mx, .ns, .srv, .caa, .tlsa, .svcb, .https, .ds,
    ]

    /// The record, of a zone.
    ///
    /// - Parameter path: what goes before a member's name in the reason, such as `changes[3].`.
    /// - Throws: ``RegistrationError`` with `.invalidRecord`.
    func record(in zone: DomainName, path: String) throws(RegistrationError) -> ResourceRecord {
        let (name, type) = try Self.owner(self.name, self.type, in: zone, path: path)
        return ResourceRecord(name: name, ttl: try self.checkedTTL(path), data: try self.data(type, path))
    }

    /// The owner and the type of records of a zone.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidRecord`.
    static func owner(
        _ name: String,
        _ type: String,
        in zone: DomainName,
        path: String
    ) throws(RegistrationError) -> (DomainName, RecordType) {
        guard let known = RecordType(mnemonic: type), self.types.contains(known) else {
            let names = self.types.map(\.description).joined(separator: ", ")
            throw self.error(path, "type", "'\(type.prefix(32))' is not one of \(names)")
        }
        let owner: DomainName
        do {
            owner = try DomainName(name)
        } catch {
            throw self.error(path, "name", error.reason)
        }
        guard owner.isWithin(zone) else {
            throw self.error(path, "name", "\(owner) is not in the zone \(zone); names are given in full")
        }
        // RFC 1034 §3.6.2: an alias excludes all else, and an apex has SOA and NS. DS is the parent's (RFC 4034 §5); NS at
        // the apex is what the zone's host says of itself.
        guard owner != zone || ![.cname, .ns, .ds].contains(known) else {
            throw self.error(path, "type", "\(known) is not written at the apex of a zone")
        }
        return (owner, known)
    }

    private func checkedTTL(_ path: String) throws(RegistrationError) -> UInt32 {
        guard let ttl = self.ttl else { return Budget.recordTTL }
        // RFC 2181 §8: "a minimum value of 0, and a maximum value of 2147483647".
        guard (0...2_147_483_647).contains(ttl) else {
            throw Self.error(path, "ttl", "a TTL is from 0 to 2147483647 seconds (RFC 2181 §8)")
        }
        return UInt32(ttl)
    }

    private func data(_ type: RecordType, _ path: String) throws(RegistrationError) -> RecordData {
        guard self.value.utf8.count <= Budget.recordValueCharacters else {
            throw Self.error(path, "value", "it has more than \(Budget.recordValueCharacters) octets")
        }
        if type == .txt { return .text(self.value) }
        do {
            return try RecordData(type: type, presentation: self.value)
        } catch {
            throw Self.error(path, "value", error.reason)
        }
    }

    private static func error(_ path: String, _ member: String, _ reason: String) -> RegistrationError {
        RegistrationError(.invalidRecord, "\(path)\(member): \(reason)")
    }
}
