// The port to DNS as anybody sees it, and what is looked up there for an agent.

public import DNS

/// Looks records up, aliases followed, through the resolvers that the operator chose.
///
/// Every call ends in bounded time, sooner when its task is cancelled. Any number of tasks may call.
public protocol RecordLookup: Sendable {
    /// The records of a type at a name; that there are none is an outcome too.
    func records(_ name: DomainName, _ type: RecordType) async throws(DNSError) -> Lookup
}

extension Resolver: RecordLookup {}

/// What DNS says about the agents at a host.
struct DiscoveryObservation: Sendable {
    /// The records, under the names that were asked for; of each question at most ``Budget/discoveryRecords``.
    private(set) var records: [ResourceRecord] = []
    /// The questions that were answered.
    private(set) var answered: Set<RecordQuestion> = []
    /// Why others were not, in the order of the questions.
    private(set) var failures: [String] = []
    /// Whether a validating resolver vouched for every answer that has records.
    private(set) var isAuthenticated = true
    /// Records beyond the bound.
    private(set) var excess = 0

    /// Whether nobody answered anything.
    var isUnavailable: Bool { self.answered.isEmpty }
    /// The shortest time for which a record may be kept, in seconds; nil when there is none.
    var ttl: UInt32? { self.records.map(\.ttl).min() }

    /// The names and types at which the records of agents are: `_ans`, the badge by both its names, `_agent`, SVCB and HTTPS.
    static func questions(for host: AgentHost) throws(RegistrationError) -> [RecordQuestion] {
        typealias Owner = AgentRecords.Owner
        do throws(DNSError) {
            var questions: [RecordQuestion] = []
            for label in [Owner.discovery, Owner.badge, Owner.olderBadge, Owner.identity] {
                questions.append(RecordQuestion(name: try host.domainName.prepending(label), type: .txt))
            }
            return questions + [RecordType.svcb, .https].map { RecordQuestion(name: host.domainName, type: $0) }
        } catch {
            throw RegistrationError(.invalidAgentName, "agentHost: \(error.reason)")
        }
    }

    /// Asks all questions at once, and waits for the answers or for so long.
    init(
        _ questions: [RecordQuestion],
        by lookup: any RecordLookup,
        within patience: Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async {
        let outcomes = await withTaskGroup(of: (Int, Result<Lookup, DNSError>)?.self) { group in
            for (index, question) in questions.enumerated() {
                group.addTask {
                    do throws(DNSError) {
                        return (index, .success(try await lookup.records(question.name, question.type)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            group.addTask {
                try? await sleep(patience)
                return nil
            }
            var outcomes: [Int: Result<Lookup, DNSError>] = [:]
            while outcomes.count < questions.count, case (let index, let outcome)?? = await group.next() {
                outcomes[index] = outcome
            }
            group.cancelAll()
            return outcomes
        }
        for (index, question) in questions.enumerated() { self.note(outcomes[index], to: question, patience) }
        self.isAuthenticated = self.isAuthenticated && !self.records.isEmpty
    }

    private mutating func note(
        _ outcome: Result<Lookup, DNSError>?,
        to question: RecordQuestion,
        _ patience: Duration
    ) {
        switch outcome {
        case .success(let lookup):
            self.answered.insert(question)
            let kept = lookup.records.prefix(Budget.discoveryRecords)
            self.records += kept.map { ResourceRecord(name: question.name, ttl: $0.ttl, data: $0.data) }
            self.excess += lookup.records.count - kept.count
            if !kept.isEmpty { self.isAuthenticated = self.isAuthenticated && lookup.isAuthenticated }
        case .failure(let error): self.failures.append("\(question.name) \(question.type): \(error.reason)")
        case nil: self.failures.append("\(question.name) \(question.type): no answer within \(patience)")
        }
    }
}
