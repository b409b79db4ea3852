public import DNS
public import RegistrationAuthority
import Synchronization

/// DNS in memory: what a test puts there, and what a source has.
public final class MemoryRecords: RecordLookup {
    /// What the double does.
    public struct State: Sendable {
        /// What is there besides the source's records.
        public var records: [ResourceRecord] = []
        /// Names whose records a validating resolver vouches for.
        public var signed: Set<DomainName> = []
        /// Types and labels of questions that fail: all when it has `*`.
        public var failing: Set<String> = []
        /// Whether questions are never answered.
        public var isSilent = false
        /// How many questions were asked.
        public var questions = 0
    }

    private let state = Mutex(State())
    private let source: @Sendable () -> Set<ResourceRecord>

    public init(_ source: @escaping @Sendable () -> Set<ResourceRecord> = { [] }) {
        self.source = source
    }

    public var questions: Int { self.state.withLock { $0.questions } }

    public func set(_ change: @Sendable (inout State) -> Void) { self.state.withLock { change(&$0) } }

    /// Puts a TXT record there.
    public func add(_ name: String, _ text: String, ttl: UInt32 = 3_600) throws {
        let record = ResourceRecord(name: try DomainName(name), ttl: ttl, data: .text(text))
        self.state.withLock { $0.records.append(record) }
    }

    public func records(_ name: DomainName, _ type: RecordType) async throws(DNSError) -> Lookup {
        let state = self.state.withLock { state in
            state.questions += 1
            return state
        }
        if state.isSilent {
            try? await Task.sleep(for: .seconds(60))
            throw DNSError(.timeout, "nobody waits any longer")
        }
        let label = name.labels.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if !state.failing.isDisjoint(with: ["*", label, "\(type)"]) {
            throw DNSError(.serverFailure, "the server answered SERVFAIL")
        }
        let all = (state.records + self.source()).filter { $0.name == name }
        return Lookup(
            canonicalName: name,
            records: all.filter { $0.data.type == type },
            nameExists: !all.isEmpty,
            isAuthenticated: state.signed.contains(name)
        )
    }
}
