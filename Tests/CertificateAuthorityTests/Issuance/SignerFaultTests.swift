import AuditLog
import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Failures of the key")
struct SignerFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behaviour: SoftwareSigner.Behaviour
        let code: AuthorityError.Code
        let retryAfter: Int?
    }

    private struct Unknown: Error {}

    static let cases = [
        Case(
            testDescription: "away, with a time",
            behaviour: .fail(SigningError(.unavailable, "away", retryAfter: .seconds(7))),
            code: .unavailable,
            retryAfter: 7
        ),
        Case(
            testDescription: "away, without a time",
            behaviour: .fail(SigningError(.unavailable, "away")),
            code: .unavailable,
            retryAfter: 5
        ),
        Case(
            testDescription: "away for less than a second",
            behaviour: .fail(SigningError(.unavailable, "away", retryAfter: .milliseconds(20))),
            code: .unavailable,
            retryAfter: 1
        ),
        Case(
            testDescription: "overloaded, with a time",
            behaviour: .fail(SigningError(.overloaded, "busy", retryAfter: .seconds(2))),
            code: .overloaded,
            retryAfter: 2
        ),
        Case(
            testDescription: "overloaded, without a time",
            behaviour: .fail(SigningError(.overloaded, "busy")),
            code: .overloaded,
            retryAfter: 1
        ),
        Case(
            testDescription: "not the certificate's key",
            behaviour: .fail(SigningError(.keyMismatch, "another key")),
            code: .unavailable,
            retryAfter: 5
        ),
        Case(testDescription: "cancelled", behaviour: .fail(CancellationError()), code: .unavailable, retryAfter: 5),
        Case(testDescription: "an unknown error", behaviour: .fail(Unknown()), code: .unavailable, retryAfter: 5),
        Case(
            testDescription: "garbage",
            behaviour: .answer([0xDE, 0xAD, 0xBE, 0xEF]),
            code: .verificationFailed,
            retryAfter: nil
        ),
        Case(testDescription: "nothing", behaviour: .answer([]), code: .verificationFailed, retryAfter: nil),
        Case(
            testDescription: "zeros",
            behaviour: .answer([0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]),
            code: .verificationFailed,
            retryAfter: nil
        ),
        Case(
            testDescription: "a signature by another key",
            behaviour: .signWithAnotherKey,
            code: .verificationFailed,
            retryAfter: nil
        ),
    ]

    @Test(
        "the caller gets a code and a time, nothing is issued, and the issuance is closed with a record",
        arguments: Self.cases
    )
    func faults(_ argument: Case) async throws {
        let bench = try await Bench()
        let before = await bench.store.inner.allCertificates.count
        bench.signer.behave(argument.behaviour)
        let error = await #expect(throws: AuthorityError.self) { try await bench.issue() }
        #expect(error?.code == argument.code)
        #expect(error?.retryAfter == argument.retryAfter)
        #expect(await bench.store.inner.allCertificates.count == before)
        try await checkStore(bench.store)

        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.action == .abandonIssuance)
        #expect(event.result == .failure(code: argument.code.rawValue))
        #expect(event.actor == "token:test")
        #expect(event.details["profile"] == "agent-tls")

        bench.signer.behave(.sign)
        let issued = try await bench.issue()
        #expect(event.object != "certificate:\(issued.stored.serialNumber)", "the serial number came again")
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("what a caller is told of a failing key names no detail of it")
    func noDetail() async throws {
        let bench = try await Bench()
        bench.signer.behave(.fail(SigningError(.unavailable, "slot 4711 of /usr/lib/secret.so")))
        let error = await #expect(throws: AuthorityError.self) { try await bench.issue() }
        #expect(error?.description.contains("4711") == false)
    }
}
