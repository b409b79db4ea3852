// Orders of public certificates at rest.

import ACME
import AuditLog
import Crypto
import Foundation
import GRDB
import PKIX
import SwiftASN1
import Testing
import X509

@testable import Persistence
@testable import ServerCertificates

private func makeOrder(_ reference: String, host: String = "a.agents.test") throws -> ServerOrder {
    let extensions = try Certificate.Extensions { SubjectAlternativeNames([.dnsName(host)]) }
    let request = try CertificateSigningRequest(
        version: .v1,
        subject: DistinguishedName(),
        privateKey: Certificate.PrivateKey(P256.Signing.PrivateKey()),
        attributes: .init([.init(ExtensionRequest(extensions: extensions))]),
        signatureAlgorithm: .ecdsaWithSHA256
    )
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    let order = ServerCertificateOrder(
        host: host,
        request: try ParsedCSR(serializer.serializedBytes),
        agent: "agent-1",
        actor: "token:t1",
        reference: reference,
        replaces: [1, 2]
    )
    return ServerOrder(order, authority: "ca-1", at: firstDay)
}

private func answer(_ token: String, _ way: ChallengeWay = .listener) -> PlacedAnswer {
    let challenge = PreparedChallenge(
        type: .http01,
        identifier: ACMEIdentifier(type: "dns", value: "a.agents.test"),
        isWildcard: false,
        token: token,
        thumbprint: "thumb",
        accountURL: "https://ca.test/1"
    )
    return PlacedAnswer(challenge: challenge, way: way)
}

private func lease(_ holder: String = "n/1", _ seconds: Double = 60) -> OrderLease {
    OrderLease(holder: holder, until: firstDay + seconds)
}

@Suite("The store of orders of public certificates")
struct ServerOrderContractTests {
    @Test("an order is there once, as it was placed, with its audit entry")
    func insertion() async throws {
        try await withSQLiteStore { store, _ in
            let order = try makeOrder("r1")
            let stored = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
            #expect(stored == StoredServerOrder(order: order, revision: 1, dueAt: firstDay))
            let again = try await store.insert(
                try makeOrder("r1", host: "b.agents.test"),
                dueAt: firstDay + 9,
                audit: event(.orderServerCertificate)
            )
            #expect(again == stored)
            #expect(try await store.order("r1") == stored)
            #expect(try await store.order("r2") == nil)
            #expect(try await store.entries(after: 0, limit: 10).count == 1)
        }
    }

    @Test("a change is made from the revision that it names, with its certificate and its entries, or not at all")
    func changes() async throws {
        try await withSQLiteStore { store, _ in
            var order = try makeOrder("r1")
            _ = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
            order.answers = [answer("t1"), answer("t2", .owner)]
            order.authority = "ca-2"
            let held = ServerOrderChange(order, from: 1, dueAt: firstDay + 1, lease: .held(lease()))
            let first = try #require(try await store.update(held))
            #expect(first == StoredServerOrder(order: order, revision: 2, dueAt: firstDay + 1, lease: lease()))
            #expect(try await store.keyAuthorization(ofToken: "t1") == "t1.thumb")
            #expect(try await store.keyAuthorization(ofToken: "t2") == nil)
            #expect(try await store.update(held) == nil)
            let other = ServerOrderChange(order, from: 2, dueAt: firstDay + 2, lease: .kept)
            #expect(try await store.update(other)?.lease == lease())
            (order.answers, order.status, order.endedAt) = ([], .obtained, firstDay + 3)
            let certificate = keptCertificate(1, reference: "r1")
            let stale = ServerOrderChange(
                order,
                from: 1,
                dueAt: nil,
                lease: .released,
                certificate: certificate,
                audit: [event(.obtainServerCertificate)]
            )
            #expect(try await store.update(stale) == nil)
            #expect(try await store.certificate(reference: "r1") == nil)
            let last = ServerOrderChange(
                order,
                from: 3,
                dueAt: nil,
                lease: .released,
                certificate: certificate,
                audit: [event(.obtainServerCertificate)]
            )
            let done = try #require(try await store.update(last))
            #expect(done == StoredServerOrder(order: order, revision: 4, dueAt: nil))
            #expect(try await store.order("r1") == done)
            #expect(try await store.certificate(reference: "r1") == certificate)
            #expect(try await store.keyAuthorization(ofToken: "t1") == nil)
            let actions = try await store.entries(after: 0, limit: 10).map(\.event.action)
            #expect(actions == [.orderServerCertificate, .obtainServerCertificate])
        }
    }

    @Test("one claimant gets an order, until its lease is over or released; of a host's, the first alone")
    func claims() async throws {
        try await withSQLiteStore { store, _ in
            for (reference, host) in [("r1", "a.test"), ("r2", "a.test"), ("r3", "b.test"), ("r4", "c.test")] {
                let due = reference == "r4" ? firstDay + 100 : firstDay - (reference == "r3" ? 5 : 0)
                let order = try makeOrder(reference, host: host)
                _ = try await store.insert(order, dueAt: due, audit: event(.orderServerCertificate))
            }
            let claimed = try await store.claim(dueAt: firstDay, lease: lease(), limit: 10).orders
            #expect(claimed.map(\.order.reference) == ["r3", "r1"])
            #expect(claimed.allSatisfy { $0.lease == lease() && $0.revision == 2 })
            #expect(try await store.order("r1") == claimed[1])
            #expect(try await store.first(underwayOf: "a.test") == "r1")
            #expect(try await store.claim(dueAt: firstDay + 59, lease: lease("n/2", 119), limit: 10).orders.isEmpty)
            let late = try await store.claim(dueAt: firstDay + 60, lease: lease("n/2", 120), limit: 1).orders
            #expect(late.map(\.order.reference) == ["r3"])
            #expect(try await store.releaseServerOrderLeases(at: firstDay + 61) == 1)
            // A change from before the claim is refused.
            let change = ServerOrderChange(claimed[0].order, from: 2, dueAt: nil, lease: .released)
            #expect(try await store.update(change) == nil)
            var order = claimed[1].order
            (order.status, order.endedAt, order.answers) = (.failed, firstDay, [answer("t")])
            let ended = ServerOrderChange(order, from: 2, dueAt: firstDay, lease: .released)
            #expect(try await store.update(ended) != nil)
            // What has ended and is to be cleaned up holds up nobody.
            let next = try await store.claim(dueAt: firstDay + 70, lease: lease("n/3", 200), limit: 10).orders
            #expect(Set(next.map(\.order.reference)) == ["r1", "r2", "r3"])
            #expect(try await store.first(underwayOf: "a.test") == "r2")
            #expect(try await store.first(underwayOf: "x.test") == nil)
        }
    }

    @Test("an order that cannot be read is put off, and holds up no other")
    func unreadable() async throws {
        try await withSQLiteStore { store, path in
            for (reference, host) in [("r1", "a.test"), ("r2", "b.test")] {
                let order = try makeOrder(reference, host: host)
                _ = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
            }
            let queue = try DatabaseQueue(path: path)
            try await queue.write {
                try $0.execute(sql: "UPDATE server_orders SET document = '{}' WHERE reference = 'r1'")
            }
            let claimed = try await store.claim(dueAt: firstDay, lease: lease(), limit: 10).orders
            #expect(claimed.map(\.order.reference) == ["r2"])
            #expect(
                try await store.claim(dueAt: firstDay + 3_599, lease: lease("n/2", 9_999), limit: 10).orders.count == 1
            )
            let again = try await store.claim(dueAt: firstDay + 3_600, lease: lease("n/3", 19_999), limit: 10)
            #expect(again.unreadable == ["r1"])
        }
    }

    @Test(
        "it holds up no order of its host once it was met, is ended by what stands beside it, and read when it can be"
    )
    func unreadableOfHost() async throws {
        try await withSQLiteStore { store, path in
            for reference in ["r1", "r2"] {
                let order = try makeOrder(reference)
                _ = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
            }
            let queue = try DatabaseQueue(path: path)
            let document = try await queue.read {
                try String.fetchOne($0, sql: "SELECT document FROM server_orders WHERE reference = 'r1'")
            }
            func write(_ document: String?) async throws {
                try await queue.write {
                    try $0.execute(
                        sql: "UPDATE server_orders SET document = ? WHERE reference = 'r1'",
                        arguments: [document]
                    )
                }
            }
            try await write("{}")
            let first = try await store.claim(dueAt: firstDay, lease: lease(), limit: 10)
            #expect(first.orders.isEmpty && first.unreadable == ["r1"])
            #expect(try await store.first(underwayOf: "a.agents.test") == "r2")
            let error = await #expect(throws: ServerCertificateError.self) { _ = try await store.order("r1") }
            #expect(error?.code == .orderUnreadable && error?.isTransient == true)
            let second = try await store.claim(dueAt: firstDay + 1, lease: lease("n/2"), limit: 10)
            #expect(second.orders.map(\.order.reference) == ["r2"])
            // A version that can read it takes it up again.
            try await write(document)
            let third = try await store.claim(dueAt: firstDay + 3_600, lease: lease("n/3", 9_999), limit: 10)
            #expect(third.orders.map(\.order.reference).contains("r1"))
            #expect(try await store.first(underwayOf: "a.agents.test") == "r1")
            let audit = event(.cancelServerCertificate)
            #expect(try await !store.endUnreadable("r1", at: firstDay + 9_000, audit: audit))
            try await write("{}")
            #expect(try await store.endUnreadable("r1", at: firstDay + 9_000, audit: audit))
            #expect(try await !store.endUnreadable("r1", at: firstDay + 9_000, audit: audit))
            #expect(try await store.order("r1") == nil)
            #expect(try await store.entries(after: 0, limit: 10).map(\.event.action).last == .cancelServerCertificate)
            #expect(try await store.removeOrders(endedBefore: firstDay + 9_001, limit: 10) == 1)
        }
    }

    @Test("orders that ended long ago, and have nothing left to remove, are forgotten")
    func removal() async throws {
        try await withSQLiteStore { store, _ in
            for number in 1...4 {
                var order = try makeOrder("r\(number)", host: "h\(number).test")
                _ = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
                if number == 4 { continue }
                (order.status, order.endedAt) = (.failed, firstDay + Double(number))
                if number == 1 { order.answers = [answer("t")] }
                let due = number == 1 ? firstDay : nil
                _ = try await store.update(ServerOrderChange(order, from: 1, dueAt: due, lease: .released))
            }
            #expect(try await store.removeOrders(endedBefore: firstDay + 3, limit: 10) == 1)
            #expect(try await store.order("r2") == nil)
            #expect(try await store.order("r1") != nil)
            #expect(try await store.removeOrders(endedBefore: firstDay + 9, limit: 10) == 1)
            #expect(try await store.order("r4") != nil)
        }
    }

    @Test("orders survive a restart of the program")
    func reopened() async throws {
        try await withSQLiteStore { store, path in
            let order = try makeOrder("r1")
            let stored = try await store.insert(order, dueAt: firstDay, audit: event(.orderServerCertificate))
            let other = try SQLiteStore(path: path, clock: ContinuousClock())
            #expect(try await other.order("r1") == stored)
            await other.close()
        }
    }
}
