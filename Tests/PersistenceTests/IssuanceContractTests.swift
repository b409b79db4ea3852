import AuditLog
import CertificateAuthority
import PKIX
import TestSupport
import Testing

@Suite("Issuances in any store")
struct IssuanceContractTests {
    @Test("A completed issuance is the certificate that was signed", arguments: StoreKind.allCases)
    func complete(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let begun = issuance(7, agent: nil)
            let stored = try await store.issue(begun)
            let expected = StoredCertificate(begun, id: 1, certificate: [0x30] + begun.tbsCertificate, at: noon + 1)
            #expect(stored == expected)
            #expect(try await store.certificate(begun.serialNumber) == expected)
            #expect(try await store.begunIssuances(after: 0, limit: 10).isEmpty)
            #expect(try await store.entries(after: 0, limit: 10).map(\.event) == [event()])
        }
    }

    @Test("An issuance under way is no certificate, and recovery finds it whole", arguments: StoreKind.allCases)
    func recovery(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let key = IdempotencyKey(scope: "token:1", key: "k", requestHash: [9])
            let begun = (0..<5).map { issuance($0, key: $0 == 3 ? key : nil) }
            for issuance in begun { #expect(try await store.begin(issuance) == .begun) }
            _ = try await store.complete(serial(1), certificate: [1], at: noon, audit: event())
            try await store.abandon(serial(2), at: noon, audit: event(.abandonIssuance))
            #expect(try await store.certificate(serial(0)) == nil)
            #expect(try await store.certificate(serial(2)) == nil)
            let first = try await store.begunIssuances(after: 0, limit: 2)
            #expect(first.map(\.issuance) == [begun[0], begun[3]])
            let rest = try await store.begunIssuances(after: first[1].id, limit: 2)
            #expect(rest.map(\.issuance) == [begun[4]])
            #expect(try await store.begunIssuances(after: rest[0].id, limit: 2).isEmpty)
        }
    }

    @Test("A serial number is used once for ever", arguments: StoreKind.allCases)
    func serialNumbers(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1)) == .begun)
            #expect(try await store.begin(issuance(1)) == .serialNumberTaken)
            try await store.abandon(serial(1), at: noon, audit: event(.abandonIssuance))
            #expect(try await store.begin(issuance(1)) == .serialNumberTaken)
            try await store.issue(issuance(2))
            #expect(try await store.begin(issuance(2, profile: "other")) == .serialNumberTaken)
            _ = try await store.revoke(serial(2), revocation: revocation(), audit: event(.revokeCertificate))
            #expect(try await store.begin(issuance(2)) == .serialNumberTaken)
        }
    }

    @Test("Only what is under way can be completed or abandoned", arguments: StoreKind.allCases)
    func notUnderWay(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.issue(issuance(1))
            #expect(try await store.begin(issuance(2)) == .begun)
            try await store.abandon(serial(2), at: noon, audit: event(.abandonIssuance))
            let head = try await store.head()
            for number in 1...3 {
                await #expect(throws: AuthorityError(.notFound, "")) {
                    try await store.complete(serial(number), certificate: [1], at: noon, audit: event())
                }
                await #expect(throws: AuthorityError(.notFound, "")) {
                    try await store.abandon(serial(number), at: noon, audit: event())
                }
            }
            #expect(try await store.head() == head)
        }
    }

    @Test("A certificate is revoked once, with one audit entry", arguments: StoreKind.allCases)
    func revoke(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let issued = try await store.issue(issuance(1))
            let audit = event(.revokeCertificate)
            let expected = issued.revoked(revocation())
            #expect(try await store.revoke(serial(1), revocation: revocation(), audit: audit) == .revoked(expected))
            let again = try await store.revoke(
                serial(1),
                revocation: revocation(.keyCompromise, at: noon + 9),
                audit: audit
            )
            #expect(again == .alreadyRevoked(expected))
            #expect(try await store.certificate(serial(1)) == expected)
            #expect(try await store.entries(after: 0, limit: 10).map(\.event) == [event(), audit])
        }
    }

    @Test("What is no certificate cannot be revoked", arguments: StoreKind.allCases)
    func revokeNothing(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.begin(issuance(1)) == .begun)
            #expect(try await store.begin(issuance(2)) == .begun)
            try await store.abandon(serial(2), at: noon, audit: event(.abandonIssuance))
            let head = try await store.head()
            for number in 1...3 {
                let outcome = try await store.revoke(serial(number), revocation: revocation(), audit: event())
                #expect(outcome == .notFound)
            }
            #expect(try await store.head() == head)
        }
    }

    @Test("Every reason and every shape of a revocation is kept", arguments: StoreKind.allCases)
    func reasons(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for (number, reason) in RevocationReason.allCases.enumerated() {
                let date = number.isMultiple(of: 2) ? nil : noon + -1
                let revocation = Revocation(revokedAt: noon + 5, reason: reason, invalidityDate: date)
                try await store.issue(issuance(number), number)
                _ = try await store.revoke(serial(number), revocation: revocation, audit: event())
                #expect(try await store.certificate(serial(number))?.revocation == revocation)
            }
        }
    }

    @Test("A thousand changes and reads at once leave every store sound", arguments: StoreKind.allCases)
    func mixed(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<250 {
                    group.addTask {
                        #expect(try await store.begin(issuance(number)) == .begun)
                        switch number % 5 {
                        case 0:
                            let audit = event(.abandonIssuance, number)
                            try await store.abandon(serial(number), at: noon, audit: audit)
                        case 1: break
                        default:
                            let audit = event(.issueCertificate, number)
                            _ = try await store.complete(serial(number), certificate: [1], at: noon, audit: audit)
                        }
                    }
                    group.addTask {
                        await #expect(throws: AuthorityError(.notFound, "")) {
                            try await store.complete(serial(9_000 + number), certificate: [1], at: noon, audit: event())
                        }
                    }
                    group.addTask {
                        try await store.append([event(.ceremony, number), event(.startAuthority, number)])
                    }
                    group.addTask { _ = try await store.certificates(CertificateQuery(at: noon)) }
                }
                try await group.waitForAll()
            }
            #expect(try await allPages(of: CertificateQuery(at: noon), in: store).count == 150)
            #expect(try await store.begunIssuances(after: 0, limit: 1_000).count == 50)
            #expect(try await store.head()?.sequence == 200 + 500)
        }
    }
}
