// What DNS says of a host: the port, and what it brings.

public import DNS
public import PKIX

/// The records of one type at one name.
public struct DNSFinding<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The name that was asked for.
    public let name: String
    /// The values, at most ``Budget/records``.
    public let values: [Value]
    /// Whether DNSSEC vouches for them, or for there being none.
    public let isAuthenticated: Bool
    /// Why there is no answer that could be relied on, such as a validation that failed; nil when there is one.
    public let failure: String?

    /// Creates the value.
    public init(name: String, values: [Value], isAuthenticated: Bool = false, failure: String? = nil) {
        self.name = name
        self.values = Array(values.prefix(Budget.records))
        self.isAuthenticated = isAuthenticated && failure == nil
        self.failure = failure
    }
}

/// What DNS says of a host.
public struct DNSFacts: Hashable, Sendable {
    /// Texts at `_ans`.
    public let discovery: DNSFinding<String>
    /// Texts at `_ans-badge`, and at `_ra-badge` as it was called before.
    public let badges: DNSFinding<String>
    /// Texts at `_agent`.
    public let identities: DNSFinding<String>
    /// TLSA records of the TLS service (RFC 6698 §3).
    public let associations: DNSFinding<TLSARecord>
    /// HTTPS and SVCB records at the host.
    public let services: DNSFinding<ServiceBinding>

    /// Creates the value.
    public init(
        discovery: DNSFinding<String>,
        badges: DNSFinding<String>,
        identities: DNSFinding<String>,
        associations: DNSFinding<TLSARecord>,
        services: DNSFinding<ServiceBinding>
    ) {
        self.discovery = discovery
        self.badges = badges
        self.identities = identities
        self.associations = associations
        self.services = services
    }
}

/// Asks DNS; any number of tasks may ask at once.
///
/// Failures are part of the answer.
public protocol DNSFactFinding: Sendable {
    /// What DNS says of a host whose TLS service is at a port.
    func facts(of host: HostName, port: UInt16) async -> DNSFacts
}
