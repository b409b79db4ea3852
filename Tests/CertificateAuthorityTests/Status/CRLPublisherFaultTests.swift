import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("The publisher of CRLs while something fails")
struct CRLPublisherFaultTests {
    typealias Fault = MemoryCertificateStore.Fault

    @Test("a signer that fails leaves the last CRL in force, and is asked again after 1, 2 and 4 seconds")
    func signer() async throws {
        let status = try await StatusBench()
        let certificate = try await status.issue()
        let heard = Heard<CRLFile>()
        let signer = status.bench.signer
        let asked = Heard<Int>()
        let fail: @Sendable () async throws -> Void = {
            asked.add(signer.signed.count)
            try await status.checkFiles()
            status.clock.advance(by: 1)
        }
        try await status.publish(
            heard: heard,
            {
                signer.behave(.fail(SigningError(.unavailable, "away")))
                try await status.revoke(certificate)
                asked.add(signer.signed.count)
            },
            fail,
            fail,
            fail,
            fail,
            fail,
            fail,
            {
                asked.add(signer.signed.count)
                signer.behave(.sign)
                status.clock.advance(by: 1)
            }
        )
        let base = try #require(asked.all.first)
        // Attempts at seconds 0, 1, 3 and, once it signs again, 7.
        #expect(asked.all.map { $0 - base } == [0, 1, 2, 2, 3, 3, 3, 3])
        #expect(heard.all.map(\.crl.number) == [1, 5] && heard.all.last?.crl.entries == 1)
        try await status.checkFiles()
    }

    @Test("one issuer whose key is away keeps the others from nothing")
    func otherIssuer() async throws {
        let status = try await StatusBench(isAlone: false)
        status.bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        let heard = Heard<CRLFile>()
        try await status.publish(
            heard: heard,
            {
                status.bench.signer.behave(.sign)
                status.clock.advance(by: 1)
            }
        )
        #expect(heard.all.map(\.crl.partition.issuer) == ["batch", "agents"])
    }

    @Test("a store that cannot be read is asked again at the next look, at the start and later; no change is missed")
    func reading() async throws {
        let status = try await StatusBench()
        let certificate = try await status.issue()
        let heard = Heard<CRLFile>()
        status.store.isAway(true)
        try await status.publish(
            heard: heard,
            {
                #expect(heard.all.isEmpty)
                status.store.isAway(false)
            },
            {
                #expect(heard.take().map(\.crl.number) == [1])
                try await status.revoke(certificate)
                status.store.isAway(true)
            },
            {
                #expect(heard.all.isEmpty)
                status.store.isAway(false)
            }
        )
        #expect(heard.all.map(\.crl.entries) == [1])
        try await status.checkFiles()
    }

    @Test(
        "at each change of the store, not persisted and persisted, in the end one CRL is in force",
        arguments: 1...2,
        Fault.allCases
    )
    func changes(_ number: Int, _ fault: Fault) async throws {
        let status = try await StatusBench()
        let certificate = try await status.issue()
        let heard = Heard<CRLFile>()
        try await status.publish(
            heard: heard,
            {
                try await status.revoke(certificate)
                status.store.fail(atChange: status.store.changes.count + number, fault)
            },
            {
                #expect(heard.all.map(\.crl.number) == [1])
                // Whatever is in force by the store lies in its files.
                let crl = try #require(
                    try await status.store.publishedCRL(.complete, of: CRLPartition(issuer: "agents"))
                )
                try checkCRL(CRLFile(crl, in: status.directory.path), by: status.issuer)
                status.clock.advance(by: 1)
            }
        )
        #expect(heard.all.count == 2 && heard.all.last?.crl.entries == 1)
        #expect(try await status.store.publishedCRLs() == [try #require(heard.all.last).crl])
        try await status.checkFiles()
    }

    @Test("a CRL that was recorded though the store said no is what the next process announces")
    func recorded() async throws {
        let status = try await StatusBench()
        // The number is reserved, then the publication fails for the caller alone.
        status.store.fail(atChange: status.store.changes.count + 2, .failedButPersisted)
        #expect(try await status.publish().isEmpty)
        #expect(try await status.publish().map(\.crl.number) == [1])
        try await status.checkFiles()
    }

    @Test("what a killed process was writing is removed at the start")
    func remains() async throws {
        let status = try await StatusBench()
        for name in ["agents.7.crl.AbCdEf", "agents.7.crl.pem.AbCdEf", "agents.delta.7.crl.AbCdEf"] {
            _ = try status.directory.write("half a CRL", to: name)
        }
        _ = try await status.publish()
        try await status.checkFiles()
    }

    @Test("expired entries are dropped once every partition has published after their expiry, and only then")
    func dropExpired() async throws {
        let status = try await StatusBench(shards: 2)
        let certificate = try await status.issue(lifetime: 3_600)
        let lasting = try await status.issue()
        let partition = CRLPartition(issuer: "agents")
        try await status.revoke(certificate)
        try await status.revoke(lasting)
        let policy = CRLPolicy(interval: 600)
        let count: @Sendable () async throws -> Int = {
            try await status.store.countOfRevocationsInForce(of: partition)
        }
        let heard = Heard<CRLFile>()
        try await status.publish(
            policy,
            heard: heard,
            {
                // Each stands on the CA's list and on one shard's.
                #expect(heard.take().map(\.crl.entries).reduce(0, +) == 4)
                status.clock.set(certificate.notAfter)
            },
            {
                #expect(heard.take().map(\.crl.entries).reduce(0, +) == 4)
                let left = try await count()
                #expect(left == 2)
                status.clock.advance(by: 600)
            },
            {
                // These still have it: they are the first after its expiry.
                #expect(heard.take().map(\.crl.entries).reduce(0, +) == 4)
                let left = try await count()
                #expect(left == 1)
                status.store.fail(.drop, .failedAndNotPersisted)
                status.clock.advance(by: 600)
            }
        )
        #expect(heard.all.map(\.crl.entries).reduce(0, +) == 2)
        #expect(heard.all.count == 3)
        try await status.checkFiles()
    }
}
