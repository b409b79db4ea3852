// Whether one expected record is in DNS, in its own form or one that ANS says to accept.

import DNS

/// What was found for a record.
enum RecordMatch {
    case present
    case missing
    /// The record that stands in its place.
    case incorrect(RecordData)

    static func match(
        _ expected: ResourceRecord,
        in found: [ResourceRecord],
        beside all: [ResourceRecord]
    ) -> RecordMatch {
        let atName = found.filter { $0.name == expected.name }.map(\.data)
        switch expected.data {
        case .txt: return self.text(expected, in: found)
        case .tlsa: return self.certificate(expected, in: atName, beside: all)
        case .svcb(let binding):
            // RFC 1034 §3.6.2: "If a CNAME RR is present at a node, no other data should be present".
            if let alias = atName.first(where: { $0.type == .cname }) { return .incorrect(alias) }
            let others = atName.compactMap { if case .svcb(let some) = $0 { some } else { nil } }
            return self.service(binding, owner: expected.name, in: others) { .svcb($0) }
        case .https(let binding):
            if let alias = atName.first(where: { $0.type == .cname }) { return .incorrect(alias) }
            let others = atName.compactMap { if case .https(let some) = $0 { some } else { nil } }
            return self.service(binding, owner: expected.name, in: others) { .https($0) }
        default: return atName.contains(expected.data) ? .present : .missing
        }
    }

    /// `_ra-badge` in place of `_ans-badge`.
    static func olderBadge(of name: DomainName) -> DomainName? {
        guard let first = name.labels.first, first == Array(AgentRecords.Owner.badge.utf8) else { return nil }
        return try? DomainName(labels: [Array(AgentRecords.Owner.olderBadge.utf8)] + name.labels.dropFirst())
    }
}

extension RecordMatch {
    private static func text(_ expected: ResourceRecord, in found: [ResourceRecord]) -> RecordMatch {
        let older = self.olderBadge(of: expected.name)
        let candidates = found.filter { ($0.name == expected.name || $0.name == older) && $0.data.type == .txt }
            .map(\.data)
        guard let wanted = expected.data.joinedText.map(TextFields.init) else { return .missing }
        let sameKind = candidates.filter { data in
            guard let fields = data.joinedText.map(TextFields.init) else { return false }
            return self.isSameSubject(wanted, fields)
        }
        if sameKind.contains(where: { self.saysTheSame(wanted, TextFields($0.joinedText ?? "")) }) { return .present }
        return sameKind.first.map { .incorrect($0) } ?? .missing
    }

    /// Whether a text is meant to be the expected one: of its kind, of its version and protocol.
    private static func isSameSubject(_ wanted: TextFields, _ found: TextFields) -> Bool {
        let kinds = wanted["v"] == "ans-badge1" ? ["ans-badge1", "ra-badge1"] : [wanted["v"]].compactMap { $0 }
        guard let kind = found["v"], kinds.contains(kind) else { return false }
        return wanted.version == found.version && wanted["p"] == found["p"]
    }

    private static func saysTheSame(_ wanted: TextFields, _ found: TextFields) -> Bool {
        // The key is what counts; a fingerprint that is there must not mislead those who read it.
        if wanted["v"] == "agent1" {
            return wanted["pk"] == found["pk"] && (found["fp"] == nil || wanted["fp"] == found["fp"]?.lowercased())
        }
        return wanted["url"] == found["url"] && (wanted["mode"] == nil || (found["mode"] ?? "direct") == wanted["mode"])
    }

    /// RFC 6698 §2.1: of several records at a name one that matches is enough, so `3 1 1` does for `3 0 1` and the reverse, and
    /// what stands there for the next certificate does no harm.
    private static func certificate(
        _ expected: ResourceRecord,
        in found: [RecordData],
        beside all: [ResourceRecord]
    ) -> RecordMatch {
        let bindings = found.filter { $0.type == .tlsa }
        let accepted = all.filter { $0.name == expected.name }.map(\.data)
        if bindings.contains(where: accepted.contains) { return .present }
        return bindings.first.map { .incorrect($0) } ?? .missing
    }

    /// RFC 9460 §8: parameters that are not known are passed over, so a record may have more than was asked for.
    private static func service(
        _ wanted: ServiceBinding,
        owner: DomainName,
        in found: [ServiceBinding],
        data: (ServiceBinding) -> RecordData
    ) -> RecordMatch {
        let sameProtocol = found.filter { self.alpnCovers($0, wanted) }
        let isThere = sameProtocol.contains { some in
            some.priority > 0 && (some.target == .root || some.target == owner)
                && wanted.parameters.allSatisfy { $0.key == ServiceKey.alpn || some.parameters[$0.key] == $0.value }
        }
        if isThere { return .present }
        return (sameProtocol.first ?? found.first { $0.priority == 0 }).map { .incorrect(data($0)) } ?? .missing
    }

    private static func alpnCovers(_ found: ServiceBinding, _ wanted: ServiceBinding) -> Bool {
        guard let has = found.parameters[ServiceKey.alpn].flatMap(ServiceKey.alpnIDs),
            let needs = wanted.parameters[ServiceKey.alpn].flatMap(ServiceKey.alpnIDs)
        else { return false }
        return needs.isSubset(of: has)
    }
}
