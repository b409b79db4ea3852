// Accounts: opened by operators, by those whom the policy admits, and by nobody else; suspended; with tokens of their own.

import AuditLog
import Crypto
import Foundation
import PKIX
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Accounts")
struct AccountTests {
    private static let contacts = ["mailto:ops@example.com", "https://example.com/contact"]

    private static func open(
        _ service: AccountService,
        by principal: Principal,
        _ agent: TestAgent? = nil
    ) async throws -> Account {
        try await service.open(
            name: "Example",
            contacts: Self.contacts,
            key: try agent.map { try SubjectPublicKey(Certificate.PublicKey($0.key.publicKey)) },
            by: principal,
            from: RequestOrigin(address: "192.0.2.9")
        )
    }

    @Test("an operator opens one, its token acts for it, and its agents are the account's")
    func byOperator() async throws {
        try await RegistrationBench.withNode { bench, service in
            let accounts = bench.accounts()
            let account = try await accounts.create(
                name: "Example",
                contacts: Self.contacts,
                by: RegistrationBench.admin,
                from: .local
            )
            #expect(account.id.hasPrefix("account:") && account.status == .active)
            let token = Bench.token("ci", account: account.id)
            let agent = try await service.register(TestAgent("weather"), by: token)
            #expect(agent.owner == account.id)
            let found = try await accounts.account(id: account.id, for: token)
            #expect(found == account)
            // Another token of the account manages what the first has registered.
            let other = Bench.token("cd", account: account.id)
            let revoked = try await service.revoke(agent.id, by: other)
            #expect(revoked.status == .revoked)
            await expectRefusal(.permissionDenied) {
                try await accounts.create(name: "x", contacts: [], by: token, from: .local)
            }
        }
    }

    @Test("a key opens its own account where the policy allows it, and then acts for agents with keys of their own")
    func byKey() async throws {
        try await RegistrationBench.withNode { bench, service in
            let accounts = bench.accounts()
            let holder = TestAgent("unused")
            let before = try await holder.principal(of: service, at: bench.clock.now)
            await expectRefusal(.keyMismatch) { try await Self.open(accounts, by: before, TestAgent("other")) }
            let account = try await Self.open(accounts, by: before, holder)
            #expect(account.id == "key:\(try holder.thumbprint)")
            await expectRefusal(.accountExists) { try await Self.open(accounts, by: before, holder) }
            let known = try await service.identityKey(thumbprint: try holder.thumbprint)
            #expect(known != nil)
            let principal = try await holder.principal(of: service, at: bench.clock.now)
            let agent = try await service.register(TestAgent("weather"), by: principal)
            #expect(agent.owner == account.id && agent.status == .active)
            #expect(agent.thumbprint != (try holder.thumbprint))
        }
    }

    @Test("without a rule nobody opens an account, nor where a person has to approve")
    func denied() async throws {
        try await RegistrationBench.withNode { bench, _ in
            let accounts = bench.accounts()
            await expectRefusal(.policyDenied) { try await Self.open(accounts, by: Bench.token("banned")) }
            await expectRefusal(.policyDenied) { try await Self.open(accounts, by: Bench.token("newcomer")) }
        }
    }

    @Test("accounts are opened at a bounded rate")
    func limited() async throws {
        try await RegistrationBench.withNode { bench, _ in
            let accounts = bench.accounts()
            let address = RequestOrigin(address: "192.0.2.9")
            for name in ["a", "b"] {
                _ = try await accounts.open(
                    name: name,
                    contacts: [],
                    key: nil,
                    by: Bench.token("crowd-\(name)"),
                    from: address
                )
            }
            let error = await expectRefusal(.rateLimited) {
                try await accounts.open(name: "c", contacts: [], key: nil, by: Bench.token("crowd-c"), from: address)
            }
            #expect(error?.retryAfter ?? 0 > 0 && error?.verdict?.allowed == false)
        }
    }

    @Test(
        "while it is suspended neither its tokens nor its keys nor its agents' keys do anything; then all is as before"
    )
    func suspended() async throws {
        try await RegistrationBench.withNode { bench, service in
            let accounts = bench.accounts()
            let holder = TestAgent("unused")
            let opener = try await holder.principal(of: service, at: bench.clock.now)
            let account = try await Self.open(accounts, by: opener, holder)
            let principal = try await holder.principal(of: service, at: bench.clock.now)
            let agent = TestAgent("weather")
            let active = try await service.register(agent, by: principal)
            let itself = try await agent.principal(of: service, at: bench.clock.now)
            await expectRefusal(.permissionDenied) {
                try await accounts.change(
                    account.id,
                    AccountChange(status: .suspended),
                    by: principal,
                    from: .local
                )
            }
            _ = try await accounts.change(
                account.id,
                AccountChange(status: .suspended),
                by: RegistrationBench.admin,
                from: .local
            )
            await expectRefusal(.accountSuspended) { try await holder.principal(of: service, at: bench.clock.now) }
            await expectRefusal(.accountSuspended) { try await service.revoke(active.id, by: itself) }
            let current = try await bench.current(active.id)
            #expect(current == active)
            _ = try await accounts.change(
                account.id,
                AccountChange(status: .active),
                by: RegistrationBench.admin,
                from: .local
            )
            let revoked = try await service.revoke(active.id, by: itself)
            #expect(revoked.status == .revoked)
        }
    }

    @Test("names and contacts that are none are refused, and others' accounts are not there")
    func refuses() async throws {
        try await RegistrationBench.withNode { bench, _ in
            let accounts = bench.accounts()
            let admin = RegistrationBench.admin
            for name in ["", "a\u{1B}[2J", String(repeating: "n", count: 256)] {
                await expectRefusal(.invalidAccount) {
                    try await accounts.create(name: name, contacts: [], by: admin, from: .local)
                }
            }
            let long = "mailto:\(String(repeating: "a", count: 320))@example.com"
            for contact in ["ops@example.com", "mailto:ops", "http://example.com", "mailto:a b@example.com", long, ""] {
                await expectRefusal(.invalidAccount) {
                    try await accounts.create(name: "x", contacts: [contact], by: admin, from: .local)
                }
            }
            await expectRefusal(.invalidAccount) {
                try await accounts.create(
                    name: "x",
                    contacts: Array(repeating: "mailto:a@example.com", count: 9),
                    by: admin,
                    from: .local
                )
            }
            let account = try await accounts.create(name: "x", contacts: [], by: admin, from: .local)
            let stranger = RegistrationBench.alice
            await expectRefusal(.accountNotFound) { try await accounts.account(id: account.id, for: stranger) }
            await expectRefusal(.accountNotFound) {
                try await accounts.change(account.id, AccountChange(name: "y"), by: stranger, from: .local)
            }
            await expectRefusal(.permissionDenied) { try await accounts.accounts(after: nil, limit: 9, for: stranger) }
            let all = try await accounts.accounts(after: nil, limit: 9, for: admin)
            #expect(all == [account])
        }
    }

    @Test("an owner creates, lists and revokes tokens for its own account, of one role, and for no other")
    func tokens() async throws {
        let bench = Bench()
        // The key of the account: whoever signs with it.
        let key = AccountKey(account: "account:a", retiredAt: nil)
        let owner = Principal(thumbprint: "thumbprint", key: key)
        await expectRefusal(.permissionDenied) {
            try await bench.service.createToken(
                name: "x",
                role: .registrant,
                account: "account:a",
                by: Bench.token("alice", account: "account:a"),
                from: .local
            )
        }
        let (token, secret) = try await bench.service.createToken(
            name: "ci",
            role: .registrant,
            account: "account:a",
            by: owner,
            from: .local
        )
        let principal = try await bench.authenticate(secret)
        #expect(principal.account == "account:a" && principal.role == .registrant)
        for role in [Role.admin, .issuer, .auditor] {
            await expectRefusal(.permissionDenied) {
                try await bench.service.createToken(
                    name: "x",
                    role: role,
                    account: "account:a",
                    by: owner,
                    from: .local
                )
            }
        }
        await expectRefusal(.accountNotFound) {
            try await bench.service.createToken(
                name: "x",
                role: .registrant,
                account: "account:b",
                by: owner,
                from: .local
            )
        }
        await expectRefusal(.permissionDenied) {
            try await bench.service.createToken(name: "x", role: .registrant, by: owner, from: .local)
        }
        let listed = try await bench.service.tokens(of: "account:a", by: owner)
        #expect(listed.map(\.id) == [token.id])
        await expectRefusal(.accountNotFound) {
            try await bench.service.tokens(of: "account:a", by: Bench.token("bob", account: "account:b"))
        }
        let foreign = try await bench.create(.registrant)
        await expectRefusal(.tokenNotFound) {
            try await bench.service.revokeToken(id: foreign.token.id, of: "account:a", by: owner, from: .local)
        }
        _ = try await bench.service.revokeToken(id: token.id, of: "account:a", by: owner, from: .local)
        await expectRefusal(.unauthenticated) { try await bench.authenticate(secret) }
    }
}
