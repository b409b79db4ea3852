// Public certificates at rest, and what CAs are known by.

import ACME
import AuditLog
import Foundation
import PKIX
import Testing

@testable import Persistence
@testable import ServerCertificates

@Suite("The store of public certificates, and of what CAs are known by")
struct ServerCertificateContractTests {
    @Test("a certificate is kept once for each agent and reference, and comes back as it is")
    func certificates() async throws {
        try await withSQLiteStore { store, _ in
            let (first, brought) = (
                keptCertificate(1, reference: "r1"), keptCertificate(2, reference: "r2", source: .brought)
            )
            #expect(try await store.keep(first, audit: event(.adoptServerCertificate)) == first)
            #expect(try await store.keep(brought, audit: event(.adoptServerCertificate)) == brought)
            let again = try await store.keep(keptCertificate(3, reference: "r1"), audit: event(.adoptServerCertificate))
            #expect(again == first)
            let same = try await store.keep(keptCertificate(1, reference: "r3"), audit: event(.adoptServerCertificate))
            #expect(same == first)
            let others = keptCertificate(1, agent: "agent-2", reference: "r4")
            #expect(try await store.keep(others, audit: event(.adoptServerCertificate)) == others)
            #expect(try await store.certificates(of: "agent-1") == [first, brought])
            #expect(try await store.certificates(of: "agent-2") == [others])
            #expect(try await store.certificate([1]) == first)
            #expect(try await store.certificate([9]) == nil)
            #expect(try await store.certificate(reference: "r2") == brought)
            #expect(try await store.markRevoked([1], audit: event(.revokeServerCertificate)))
            #expect(try await !store.markRevoked([1], audit: event(.revokeServerCertificate)))
            #expect(try await store.certificates(of: "agent-1").map(\.certificate.isRevoked) == [true, false])
            #expect(try await store.certificates(of: "agent-2").map(\.certificate.isRevoked) == [true])
            #expect(try await store.entries(after: 0, limit: 10).count == 4)
        }
    }

    @Test("an agent withdraws from its own certificate alone; the last one that uses an ordered one is told so")
    func withdrawal() async throws {
        try await withSQLiteStore { store, _ in
            let ordered = keptCertificate(1, reference: "r1")
            let all = [
                ordered, keptCertificate(1, agent: "agent-2", reference: "r2", source: .brought),
                keptCertificate(2, reference: "r3", source: .brought),
                keptCertificate(2, agent: "agent-2", reference: "r4", source: .brought),
            ]
            for certificate in all { _ = try await store.keep(certificate, audit: event(.adoptServerCertificate)) }
            func withdraw(_ number: UInt8, _ agent: String, evenIfShared: Bool = false) async throws
                -> CertificateWithdrawal?
            {
                try await store.withdraw(
                    [number],
                    of: agent,
                    evenIfShared: evenIfShared,
                    audit: event(.revokeServerCertificate)
                )
            }
            #expect(try await withdraw(1, "agent-3") == nil)
            #expect(try await withdraw(2, "agent-1", evenIfShared: true) == .marked)
            #expect(try await store.certificates(of: "agent-1").map(\.certificate.isRevoked) == [false, true])
            #expect(try await store.certificates(of: "agent-2").map(\.certificate.isRevoked) == [false, false])
            #expect(try await withdraw(1, "agent-1", evenIfShared: true) == .unused(ordered))
            #expect(try await withdraw(1, "agent-1") == .marked)
            #expect(try await withdraw(1, "agent-1") == .marked)
            #expect(try await store.certificate([1])?.agent == "agent-2")
            let last = try #require(try await withdraw(1, "agent-2"))
            guard case .unused(let certificate) = last else {
                Issue.record("\(last)")
                return
            }
            #expect(certificate.certificate.source == .authority("ca-1"))
            #expect(try await store.entries(after: 0, limit: 20).count == all.count + 2)
        }
    }

    @Test("what a CA says of a renewal is kept, and replaced")
    func renewals() async throws {
        try await withSQLiteStore { store, _ in
            #expect(try await store.renewalInfo(of: [1]) == nil)
            let window = CertificateTime(firstDay)...(CertificateTime(firstDay) + 5)
            for info in [
                KeptRenewalInfo(window: window, askAgainAt: firstDay),
                KeptRenewalInfo(window: nil, askAgainAt: firstDay + 1),
            ] {
                try await store.keepRenewalInfo(info, of: [1])
                #expect(try await store.renewalInfo(of: [1]) == info)
            }
        }
    }

    @Test("agents are counted whose newest certificate is in the last third of its life")
    func lastThird() async throws {
        try await withSQLiteStore { store, _ in
            let all = [
                keptCertificate(1, agent: "late", reference: "r1"),
                keptCertificate(2, agent: "renewed", reference: "r2"),
                keptCertificate(3, agent: "renewed", reference: "r3", from: 50, to: 140),
                keptCertificate(4, agent: "early", reference: "r4", from: 10, to: 100),
                keptCertificate(5, agent: "over", reference: "r5", from: -90, to: 0),
                keptCertificate(6, agent: "revoked", reference: "r6"),
            ]
            for certificate in all { _ = try await store.keep(certificate, audit: event(.adoptServerCertificate)) }
            _ = try await store.markRevoked([6], audit: event(.revokeServerCertificate))
            for (day, expected) in [(59, 0), (60, 1), (69, 1), (70, 2), (200, 0)] {
                let instant = CertificateTime(firstDay + Double(day) * 86_400)
                #expect(try await store.countInLastThird(at: instant) == expected, "\(day)")
            }
        }
    }

    @Test("accounts and limits are remembered by CA and key")
    func accounts() async throws {
        try await withSQLiteStore { store, _ in
            try await store.keepAccountURL("https://ca.test/1", authority: "ca", thumbprint: "a")
            try await store.keepAccountURL("https://ca.test/2", authority: "ca", thumbprint: "a")
            #expect(try await store.accountURL(authority: "ca", thumbprint: "a") == "https://ca.test/2")
            #expect(try await store.accountURL(authority: "ca", thumbprint: "b") == nil)
            try await store.keepAccountURL(nil, authority: "ca", thumbprint: "a")
            #expect(try await store.accountURL(authority: "ca", thumbprint: "a") == nil)
            let now = CertificateTime(firstDay)
            let scopes: [ClosedDoor.Scope] = [
                .account, .name("agents.test"), .identifiers([ACMEIdentifier(type: "dns", value: "a.agents.test")]),
            ]
            func door(_ scope: ClosedDoor.Scope, _ seconds: Int64) -> ClosedDoor {
                ClosedDoor(
                    authority: "ca",
                    account: "a",
                    scope: scope,
                    until: now + seconds,
                    includesRenewals: scope == .account,
                    reason: "too many"
                )
            }
            for scope in scopes {
                try await store.close(door(scope, 10))
                try await store.close(door(scope, 20))
            }
            let closed = try await store.closedDoors(authority: "ca", account: "a", at: now + 19)
            #expect(Set(closed) == Set(scopes.map { door($0, 20) }) && closed.count == 3)
            #expect(try await store.closedDoors(authority: "ca", account: "a", at: now + 20).isEmpty)
            #expect(try await store.closedDoors(authority: "ca", account: "b", at: now).isEmpty)
        }
    }
}
