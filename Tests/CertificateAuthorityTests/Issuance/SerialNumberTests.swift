import PKIX
import Testing

@testable import CertificateAuthority

@Suite("Serial numbers that collide")
struct SerialNumberTests {
    private static let first = try! SerialNumber(bytes: [UInt8](repeating: 0x11, count: 16))
    private static let second = try! SerialNumber(bytes: [UInt8](repeating: 0x22, count: 16))

    @Test("a number in use is drawn again")
    func again() async throws {
        let bench = try await Bench()
        bench.serials.plan(Self.first, Self.first, Self.first, Self.second)
        let one = try await bench.issue()
        let two = try await bench.issue()
        #expect(one.stored.serialNumber == Self.first)
        #expect(two.stored.serialNumber == Self.second)
        #expect(bench.signer.signed.count == 2)
        try await checkStore(bench.store, answered: [one, two])
    }

    @Test("the number of an issuance that was closed is never given again")
    func closed() async throws {
        let bench = try await Bench()
        bench.serials.plan(Self.first, Self.first, Self.second)
        bench.signer.behave(.signWithAnotherKey)
        await #expect(throws: AuthorityError(.verificationFailed, "")) { try await bench.issue() }
        bench.signer.behave(.sign)
        let issued = try await bench.issue()
        #expect(issued.stored.serialNumber == Self.second)
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("a generator that repeats itself ends in an error after three attempts, not in a loop")
    func broken() async throws {
        let bench = try await Bench()
        bench.serials.plan(Self.first)
        let issued = try await bench.issue()
        bench.serials.plan(Self.first, Self.first, Self.first, Self.second)
        let begins = bench.store.changes.count
        await #expect(throws: AuthorityError(.storeFailed, "")) { try await bench.issue() }
        #expect(bench.store.changes.count == begins + 3)
        #expect(bench.signer.signed.count == 1)
        try await checkStore(bench.store, answered: [issued])
    }
}
