// Rate limits over a store: all or none, keys, header fields.

import Foundation
import PKIX
import RegistrationAuthority
import Testing

@Suite("Rate limits")
struct RateLimiterTests {
    let instant = Date(timeIntervalSince1970: 1_767_225_600)
    let perAddress: RateLimit
    let perAccount: RateLimit
    let perDomain: RateLimit

    init() throws {
        self.perAddress = try RateLimit(
            name: "per-address",
            scope: .address,
            rate: try TokenRate(capacity: 2, refill: 1, every: .seconds(10))
        )
        self.perAccount = try RateLimit(
            name: "per-account",
            scope: .account,
            rate: try TokenRate(capacity: 3, refill: 3, every: .seconds(3_600))
        )
        self.perDomain = try RateLimit(
            name: "per-domain",
            scope: .domain,
            rate: try TokenRate(capacity: 1, refill: 1, every: .seconds(1))
        )
    }

    private func subject(_ address: [UInt8]? = [192, 0, 2, 1], _ account: String? = "acme", _ host: String? = nil)
        throws
        -> RateLimitSubject
    {
        RateLimitSubject(address: address, account: account, host: try host.map { try HostName($0) })
    }

    @Test("When one bucket has not enough, none is charged")
    func allOrNone() async throws {
        let limiter = RateLimiter(store: InMemoryRateLimitStore(), suffixes: DomainSuffixes())
        let both = [perAddress, perAccount]
        for _ in 0..<2 {
            let verdict = try await limiter.admit(both, for: subject(), at: instant)
            #expect(verdict.allowed)
        }
        for _ in 0..<5 {
            let refused = try await limiter.admit(both, for: subject(), at: instant)
            #expect(!refused.allowed)
            #expect(refused.results.map(\.admission.allowed) == [false, true])
            #expect(refused.results.map(\.admission.remaining) == [0, 1])
            #expect(refused.retryAfter == .seconds(10))
            #expect(throws: RegistrationError(.rateLimited, "")) { try refused.requireAllowed() }
        }
        // The account's third token is still there, for a caller from elsewhere.
        let elsewhere = try await limiter.admit(both, for: subject([192, 0, 2, 2]), at: instant)
        #expect(elsewhere.allowed)
        try elsewhere.requireAllowed()
        let last = try await limiter.admit(both, for: subject([192, 0, 2, 3]), at: instant)
        #expect(last.results.map(\.admission.allowed) == [true, false])
    }

    @Test("Callers at once get no token twice")
    func concurrency() async throws {
        let store = InMemoryRateLimitStore()
        let limiter = RateLimiter(store: store, suffixes: DomainSuffixes())
        let limit = try RateLimit(
            name: "burst",
            scope: .account,
            rate: try TokenRate(capacity: 50, refill: 1, every: .seconds(3_600))
        )
        let subject = try subject()
        let instant = instant
        let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<300 {
                group.addTask { try await limiter.admit([limit], for: subject, at: instant).allowed }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(admitted == 50)
        #expect(store.count == 1)
    }

    @Test("Buckets that are full again can be removed, others cannot")
    func removal() async throws {
        let store = InMemoryRateLimitStore()
        let limiter = RateLimiter(store: store, suffixes: DomainSuffixes())
        _ = try await limiter.admit([perAddress, perAccount], for: subject(), at: instant)
        let start: Int64 = 1_767_225_600_000
        #expect(try await store.removeFull(before: start + 10_000, limit: 10) == 0)
        #expect(try await store.removeFull(before: start + 10_001, limit: 10) == 1)
        #expect(store.count == 1)
        #expect(try await store.removeFull(before: start + 3_600_000, limit: 0) == 0)
        #expect(try await store.removeFull(before: start + 3_600_000, limit: 1) == 1)
    }

    @Test("The same bucket twice in one step is charged twice or not at all")
    func sameBucketTwice() throws {
        let key = RateLimitKey(limit: "x", subject: "account:acme")
        let take = RateLimitTake(key: key, rate: perAddress.rate, cost: 1)
        let step = RateLimitStep.decide([take, take], states: [:], at: 0)
        #expect(step.admissions.map(\.allowed) == [true, true])
        #expect(step.changes[key]?.state.tokens == 0)
        let refused = RateLimitStep.decide([take, take, take], states: [:], at: 0)
        #expect(refused.admissions.map(\.allowed) == [true, true, false])
        #expect(refused.changes.isEmpty)
    }

    @Test("Header fields say quota, window, what is left and when all is back")
    func headerFields() async throws {
        let limiter = RateLimiter(store: InMemoryRateLimitStore(), suffixes: DomainSuffixes())
        let verdict = try await limiter.admit([perAddress, perAccount], for: subject(), at: instant)
        #expect(verdict.rateLimitPolicyField == #""per-address";q=2;w=20, "per-account";q=3;w=3600"#)
        #expect(verdict.rateLimitField == #""per-address";r=1;t=10, "per-account";r=2;t=1200"#)
        #expect(verdict.retryAfterField == nil)
        _ = try await limiter.admit([perAddress], for: subject(), at: instant)
        let later = instant.addingTimeInterval(0.25)
        let refused = try await limiter.admit([perAddress], for: subject(), at: later)
        #expect(refused.rateLimitField == #""per-address";r=0;t=20"#)
        #expect(refused.retryAfterField == "10")
        let none = try await limiter.admit([], for: subject(), at: instant)
        #expect(none.allowed)
        #expect(none.rateLimitField == nil)
        #expect(none.rateLimitPolicyField == nil)
    }

    @Test(
        "Addresses are counted by IPv4 address and by /64 of IPv6",
        arguments: [
            ("192.0.2.7", "address:192.0.2.7"), ("::ffff:192.0.2.7", "address:192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2:0:0:0:0/64"),
            ("2001:db8:1:2:ffff::", "address:2001:db8:1:2:0:0:0:0/64"),
            ("2001:db8:1:3::", "address:2001:db8:1:3:0:0:0:0/64"),
        ]
    )
    func addressKeys(text: String, key: String) throws {
        let subject = try subject(IPAddress.bytes(of: text))
        #expect(subject.key(for: perAddress, suffixes: DomainSuffixes()).subject == key)
    }

    @Test("Who leaves out a name shares a bucket with all who do")
    func missingNames() throws {
        let subject = try subject(nil, nil, nil)
        let keys = [perAddress, perAccount, perDomain].map { subject.key(for: $0, suffixes: DomainSuffixes()) }
        #expect(keys.map(\.description) == ["per-address address:", "per-account account:", "per-domain domain:"])
    }

    @Test("Limits of one scope have buckets of their own")
    func limitsAreApart() async throws {
        let limiter = RateLimiter(store: InMemoryRateLimitStore(), suffixes: DomainSuffixes())
        let other = try RateLimit(name: "other", scope: .domain, rate: perDomain.rate)
        let subject = try subject([192, 0, 2, 1], "acme", "a.example.com")
        #expect(try await limiter.admit([perDomain], for: subject, at: instant).allowed)
        #expect(try await limiter.admit([other], for: subject, at: instant).allowed)
        let sibling = try self.subject([192, 0, 2, 9], "acme", "b.example.com")
        #expect(try await !limiter.admit([perDomain], for: sibling, at: instant).allowed)
        // Another account does not use up what the domain's owner has.
        let stranger = try self.subject([192, 0, 2, 9], "other", "b.example.com")
        #expect(try await limiter.admit([perDomain], for: stranger, at: instant).allowed)
    }

    @Test("Too many limits, and names that would break a header field, are refused")
    func refuses() async throws {
        let limiter = RateLimiter(store: InMemoryRateLimitStore(), suffixes: DomainSuffixes())
        let many = [RateLimit](repeating: perAddress, count: Budget.bucketsPerRequest + 1)
        await #expect(throws: RegistrationError(.invalidRateLimit, "")) {
            try await limiter.admit(many, for: try subject(), at: instant)
        }
        for name in ["", "a\"b", "a b", "A", "ü", "a\r\n", String(repeating: "a", count: 65)] {
            #expect(throws: RegistrationError(.invalidRateLimit, "")) {
                try RateLimit(name: name, scope: .address, rate: perAddress.rate)
            }
        }
    }
}

@Suite("Registrable domains")
struct RegistrableDomainTests {
    @Test(
        "A domain is the longest suffix and one label",
        arguments: [
            ("a.b.example.com", "example.com"), ("example.com", "example.com"), ("com", "com"),
            ("localhost", "localhost"),
            ("a.b.example.co.uk", "example.co.uk"), ("example.co.uk", "example.co.uk"), ("co.uk", "co.uk"),
            ("x.uk", "x.uk"),
            ("y.x.uk", "x.uk"), ("bot.agents.example", "bot.agents.example"),
            ("a.bot.agents.example", "bot.agents.example"),
            ("agents.example", "agents.example"), ("other.example", "other.example"),
            ("a.other.example", "other.example"),
            ("xagents.example", "xagents.example"), ("a.deep.agents.example", "a.deep.agents.example"),
            ("b.a.deep.agents.example", "a.deep.agents.example"),
        ]
    )
    func domains(host: String, domain: String) throws {
        let suffixes = DomainSuffixes(
            suffixes: [try HostName("co.uk")],
            ownZones: [try HostName("agents.example"), try HostName("deep.agents.example")]
        )
        #expect(RegistrableDomain(of: try HostName(host), suffixes: suffixes).name == domain)
    }

    @Test("Without a list all names below a top-level domain's label count together")
    func withoutList() throws {
        let domain = RegistrableDomain(of: try HostName("a.example.co.uk"), suffixes: DomainSuffixes())
        #expect(domain.description == "co.uk")
    }
}
