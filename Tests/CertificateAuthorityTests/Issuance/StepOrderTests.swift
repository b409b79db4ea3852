import Foundation
import PKIX
import SwiftASN1
import Synchronization
import Testing

@testable import CertificateAuthority

@Suite("The order of steps, and what is durable after each")
struct StepOrderTests {
    @Test("lint, record, sign, verify, record: in this order and no other")
    func order() async throws {
        let bench = try await Bench()
        let before = bench.store.events.count
        bench.signer.beforeSigning { _ in bench.store.note("sign") }
        _ = try await bench.issue()
        #expect(
            bench.store.events.dropFirst(before) == [
                "linted", "store.begin", "begun", "sign", "signed", "verified", "store.complete", "completed",
            ]
        )
    }

    @Test("when the key is asked, the store has what is signed, and nobody can read a certificate")
    func durableBeforeSigning() async throws {
        let bench = try await Bench()
        let seen = Mutex<[BegunIssuance]>([])
        bench.signer.beforeSigning { _ in
            let begun = try? await bench.store.begunIssuances(after: 0, limit: 10).map(\.issuance)
            seen.withLock { $0 = begun ?? [] }
            for issuance in begun ?? [] {
                await #expect(throws: AuthorityError(.notFound, "")) {
                    try await bench.authority.certificate(issuance.serialNumber)
                }
            }
        }
        let issued = try await bench.issue()
        let begun = seen.withLock { $0 }
        #expect(begun.map(\.serialNumber) == [issued.stored.serialNumber])
        #expect(begun.map(\.tbsCertificate) == bench.signer.signed)
        #expect(begun.map(\.scheme) == [.ecdsaSHA256])
        #expect(begun.map(\.publicKeyHash.count) == [32])
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("the key signs the recorded bytes, and they stand in the certificate unchanged")
    func signedBytes() async throws {
        let bench = try await Bench()
        let issued = try await bench.issue()
        let bytes = try #require(bench.signer.signed.first)
        #expect(bench.signer.signed.count == 1)
        guard case .constructed(let nodes) = try DER.parse(issued.stored.certificate).content else {
            throw NotASequence()
        }
        #expect(nodes.first { _ in true }.map { Array($0.encodedBytes) } == bytes)
    }

    @Test("a request that is refused reaches neither store nor key")
    func refused() async throws {
        let bench = try await Bench()
        let before = bench.store.events.count
        await #expect(throws: AuthorityError.self) { try await bench.issue(lifetime: 0) }
        #expect(bench.store.events.count == before)
    }
}

struct NotASequence: Error {}
