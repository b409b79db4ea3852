import PKIX
import Signing
import Synchronization
import Testing

@testable import CertificateAuthority

@Suite("Idempotency keys")
struct IdempotencyTests {
    private static func key(_ name: String = "k", hash: UInt8 = 1, scope: String = "token:test") -> IdempotencyKey {
        IdempotencyKey(scope: scope, key: name, requestHash: [hash])
    }

    @Test("the same request again gets the same certificate, and the key signs once")
    func replay() async throws {
        let bench = try await Bench()
        let application = bench.application(idempotency: Self.key())
        let first = try await bench.authority.issue(application)
        let again = try await bench.authority.issue(application)
        #expect(!first.isReplay && again.isReplay)
        #expect(first.stored == again.stored && first.chain == again.chain)
        #expect(bench.signer.signed.count == 1)
        try await checkStore(bench.store, answered: [first, again])
    }

    @Test("the key with another request is refused")
    func reused() async throws {
        let bench = try await Bench()
        let issued = try await bench.authority.issue(bench.application(idempotency: Self.key()))
        await #expect(throws: AuthorityError(.idempotencyKeyReused, "")) {
            try await bench.authority.issue(bench.application(idempotency: Self.key(hash: 2)))
        }
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("the key of another caller, and another key, are others")
    func scopes() async throws {
        let bench = try await Bench()
        let keys = [Self.key(), Self.key(scope: "token:other"), Self.key("l")]
        var issued: [IssuedCertificate] = []
        for key in keys { issued.append(try await bench.authority.issue(bench.application(idempotency: key))) }
        #expect(Set(issued.map(\.stored.serialNumber)).count == 3)
        try await checkStore(bench.store, answered: issued)
    }

    @Test("while the first request is under way, the second is told to come back")
    func inProgress() async throws {
        let bench = try await Bench()
        let application = bench.application(idempotency: Self.key())
        let error = Mutex<(any Error)?>(nil)
        bench.signer.beforeSigning { _ in
            do {
                _ = try await bench.authority.issue(application)
            } catch let thrown {
                error.withLock { $0 = thrown }
            }
        }
        let issued = try await bench.authority.issue(application)
        let thrown = try #require(error.withLock { $0 } as? AuthorityError)
        #expect(thrown.code == .requestInProgress)
        #expect(thrown.retryAfter == 1)
        #expect(bench.signer.signed.count == 1)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("the key of a request that failed is free again")
    func failed() async throws {
        let bench = try await Bench()
        let application = bench.application(idempotency: Self.key())
        bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        await #expect(throws: AuthorityError(.unavailable, "")) { try await bench.authority.issue(application) }
        bench.signer.behave(.sign)
        let issued = try await bench.authority.issue(application)
        #expect(!issued.isReplay)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("twenty requests at once with one key get one certificate")
    func concurrency() async throws {
        let bench = try await Bench()
        let application = bench.application(idempotency: Self.key())
        let answers = await withTaskGroup(of: IssuedCertificate?.self) { group in
            for _ in 0..<20 {
                group.addTask { try? await bench.authority.issue(application) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let issued = answers.compactMap(\.self)
        #expect(!issued.isEmpty)
        #expect(Set(issued.map(\.stored.serialNumber)).count == 1)
        #expect(bench.signer.signed.count == 1)
        try await checkStore(bench.store, answered: issued)
    }
}
