// What one authoritative server says when asked directly.

/// What a server was found to answer.
public enum ServerFinding: Hashable, Sendable {
    /// It is authoritative and has these data; empty when it has none of the type, or not the name.
    case records([RecordData])
    /// It is authoritative, and the name is an alias.
    case alias(DomainName)
    /// It answered with a failure: REFUSED, SERVFAIL, …
    case failure(ResponseCode)
    /// It answered without being authoritative for the zone (a lame delegation).
    case notAuthoritative
    /// It did not answer.
    case silent
    /// It cannot be reached, or what it sends cannot be read.
    case unreachable(String)
}

extension ServerFinding: CustomStringConvertible {
    /// For people.
    public var description: String {
        switch self {
        case .records([]): "has no such record"
        case .records(let data): "has " + data.map(\.presentation).sorted().joined(separator: ", ")
        case .alias(let target): "has an alias (CNAME) to \(target)"
        case .failure(let code): "answers \(code)"
        case .notAuthoritative: "is not authoritative for the zone"
        case .silent: "does not answer"
        case .unreachable(let reason): "cannot be asked: \(reason)"
        }
    }
}

extension Resolver {
    /// Asks an authoritative server directly: its addresses in turn until one answers.
    public func finding(
        of name: DomainName,
        _ type: RecordType,
        at server: AuthoritativeServer
    ) async -> ServerFinding {
        var finding = ServerFinding.unreachable("it has no address that may be contacted")
        for address in server.addresses {
            do {
                return Self.finding(
                    in: try await self.client.ask(Question(name: name, type: type), at: address),
                    name,
                    type
                )
            } catch {
                finding = error.code == .timeout ? .silent : .unreachable(error.reason)
            }
        }
        return finding
    }

    private static func finding(in answer: Message, _ name: DomainName, _ type: RecordType) -> ServerFinding {
        guard answer.responseCode == .noError || answer.responseCode == .nameError else {
            return .failure(answer.responseCode)
        }
        guard answer.isAuthoritative else { return .notAuthoritative }
        let records = answer.answers.compactMap(\.record).filter { $0.name == name }
        for record in records where type != .cname {
            if case .cname(let target) = record.data { return .alias(target) }
        }
        return .records(records.filter { $0.data.type == type }.map(\.data))
    }
}
