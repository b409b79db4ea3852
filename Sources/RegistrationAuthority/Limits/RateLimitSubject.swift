// Whose buckets a request takes from.

public import PKIX

/// Who and what a request is about, as far as rate limits count it.
///
/// What is nil shares one bucket with all others that are without: a caller cannot leave a limit by leaving out a name.
public struct RateLimitSubject: Hashable, Sendable {
    /// The caller's address, 4 or 16 octets; nil when there is none, as on the machine's own command line.
    public let address: [UInt8]?
    /// The caller's account.
    public let account: String?
    /// The host name that the request is about.
    public let host: HostName?

    /// Creates a subject.
    public init(address: [UInt8]?, account: String?, host: HostName?) {
        self.address = address
        self.account = account
        self.host = host
    }

    /// The key of the bucket for a limit.
    public func key(for limit: RateLimit, suffixes: DomainSuffixes) -> RateLimitKey {
        let subject =
            switch limit.scope {
            case .address: "address:" + (self.address.map(Self.text) ?? "")
            case .account: "account:" + (self.account ?? "")
            // One for each account: else anybody could use up what a domain's owner has.
            case .domain:
                "domain:" + (self.host.map { RegistrableDomain(of: $0, suffixes: suffixes).name } ?? "")
                    + (self.account.map { "|" + $0 } ?? "")
            // Likewise: control of the host may not be proven yet.
            case .host: "host:" + (self.host?.description ?? "") + (self.account.map { "|" + $0 } ?? "")
            case .all: "all"
            }
        return RateLimitKey(limit: limit.name, subject: subject)
    }

    /// An IPv4 address, or the /64 of an IPv6 address: the least that a customer of an access provider has to itself
    /// (RFC 6177 §2).
    private static func text(_ address: [UInt8]) -> String {
        let octets = IPAddress.unmapped(address)
        guard octets.count == 16 else { return IPAddress.text(of: octets) }
        return IPAddress.text(of: octets[..<8] + [UInt8](repeating: 0, count: 8)) + "/64"
    }
}

/// Which bucket.
public struct RateLimitKey: Hashable, Sendable, CustomStringConvertible {
    // Stored: a change here needs a migration.
    /// The name of the rate limit.
    public let limit: String
    /// `address:…`, `account:…`, `domain:…`, `host:…` or `all`.
    public let subject: String

    /// Creates a key.
    public init(limit: String, subject: String) {
        self.limit = limit
        self.subject = subject
    }

    /// Limit and subject; no two keys have one text, for names of limits have no space.
    public var description: String { "\(self.limit) \(self.subject)" }
}
