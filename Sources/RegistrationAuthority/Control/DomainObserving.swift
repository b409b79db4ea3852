// The port to what the world sees in DNS, and under a host's name by HTTP.

public import DNS

/// What came of looking for the answer to a challenge.
public enum ControlFinding: Hashable, Sendable {
    /// It is there.
    case proven(ControlMethod)
    /// It is not there, or not everywhere: where was looked, what was found and what was expected.
    case notProven(String)
    /// Nobody could be asked; later it may pass.
    case unavailable(String)
    /// The zone's CAA records admit another CA only: which.
    case forbidden(String)
}

/// What a zone has at a name.
public enum NameUse: Hashable, Sendable {
    /// Nothing.
    case free
    /// Records, or a delegation; in words.
    case inUse(String)
    /// Nobody could be asked; later it may pass.
    case unavailable(String)
}

/// What came of looking for records.
public enum RecordFinding: Hashable, Sendable {
    /// What is there and what is not, by comparison, and whether the zone is signed (DNSSEC).
    case compared(RecordComparison, isSigned: Bool)
    /// Nobody could be asked; later it may pass.
    case unavailable(String)
}

/// Looks at names from resolvers that the operator chose, and at the authoritative servers themselves.
///
/// Every call ends in bounded time, follows a bounded number of aliases, and never connects to an address that the
/// address policy refuses. Any number of tasks may call.
public protocol DomainObserving: Sendable {
    /// Whether a challenge is answered, by one of these methods: DNS at every authoritative server, or HTTP.
    func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        methods: [ControlMethod]
    ) async -> ControlFinding

    /// Whether a zone's server has records at a name, or has delegated it.
    func use(of host: DomainName, in zone: DomainName) async -> NameUse

    /// Compares the records that should be there with those that every authoritative server gives.
    func compare(_ expected: [ProvisionedRecord], of host: DomainName) async -> RecordFinding

    /// Waits until every authoritative server gives the records; returns nil then, or why not in words.
    func propagation(of records: [ProvisionedRecord], in zone: DomainName) async -> String?
}
