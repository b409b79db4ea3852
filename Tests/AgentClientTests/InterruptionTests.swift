import Foundation
import NIOHTTP1
import PKIX
import Testing

@testable import AgentClient

/// Steps after which a crash is simulated, in order.
private let steps: [EnrolmentStep] = [
    .makingKey(.ed25519), .keyWritten, .requestWritten, .asking, .received, .certificateWritten, .chainWritten,
    .recordWritten, .switched,
]

@Suite("Interrupted enrolments and renewals")
struct InterruptionTests {
    /// What must hold at every moment: nothing is installed, or key and certificate belong together and verify.
    private func checkDirectory(_ bench: Workbench) async throws {
        guard bench.directory.isEnrolled else {
            for name in ["key.pem", "certificate.pem", "chain.pem", "agent.json"] {
                #expect(!FileManager.default.fileExists(atPath: "\(bench.directory.path)/\(name)"))
            }
            return
        }
        #expect(try await bench.agent().status(at: bench.now).state == .valid)
        #expect(
            try OpenSSL.run("pkey", "-in", bench.directory.keyPath, "-pubout")
                == OpenSSL.run("x509", "-in", bench.directory.certificatePath, "-noout", "-pubkey")
        )
    }

    @Test(
        "an enrolment stopped at any step leaves a consistent directory, and goes on to one certificate",
        arguments: steps
    )
    func enrolment(step: EnrolmentStep) async throws {
        try await Workbench.run { bench in
            await #expect(throws: Interruption.self) { try await bench.enroll(stopAt: step) }
            try await self.checkDirectory(bench)
            let keyBefore = try? String(contentsOfFile: "\(bench.directory.path)/generation-1/key.pem", encoding: .utf8)
            if step == .switched {
                #expect(bench.directory.isEnrolled)
            } else {
                try await bench.enroll()
            }
            try await self.checkDirectory(bench)
            #expect(bench.directory.isEnrolled)
            #expect(bench.api.issued == 1)
            if ![.makingKey(.ed25519), .keyWritten].contains(step) { #expect(try bench.text("key.pem") == keyBefore) }
        }
    }

    @Test(
        "a renewal stopped at any step leaves the old or the new pair, and goes on to one more certificate",
        arguments: steps,
        [false, true]
    )
    func renewal(step: EnrolmentStep, newKey: Bool) async throws {
        guard newKey || step != .makingKey(.ed25519) else { return }
        try await Workbench.run { bench in
            try await bench.enroll()
            let old = try bench.text("certificate.pem")
            await #expect(throws: Interruption.self) {
                try await bench.renew(newKey: newKey, force: true, stopAt: step)
            }
            try await self.checkDirectory(bench)
            #expect(try (bench.text("certificate.pem") != old) == (step == .switched))
            if step != .switched { #expect(try await bench.renew(newKey: newKey, force: true) != nil) }
            try await self.checkDirectory(bench)
            #expect(try bench.text("certificate.pem") != old)
            #expect(bench.api.issued == 2)
        }
    }

    @Test("a server that dies after issuing, before it answers, gives the same certificate to the repetition")
    func serverDies() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.closesAfterIssuing = 2 }
            try await bench.enroll()
            #expect(bench.api.issued == 1)
            let requests = bench.api.requests
            #expect(requests.count == 3)
            #expect(Set(requests.map { $0.headers.first(name: "idempotency-key") }).count == 1)
            #expect(Set(requests.map(\.body)).count == 1)
        }
    }

    @Test("when the client gives up too, its next run gets that certificate for the same key")
    func clientGivesUp() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.closesAfterIssuing = 4 }
            await #expect(throws: AgentClientError(.connectionFailed, "")) { try await bench.enroll() }
            #expect(!bench.directory.isEnrolled)
            try await bench.enroll()
            #expect(bench.api.issued == 1)
            #expect(Set(bench.api.requests.map(\.body)).count == 1)
        }
    }

    @Test("an interrupted request for something else is dropped")
    func otherRequest() async throws {
        try await Workbench.run { bench in
            await #expect(throws: Interruption.self) { try await bench.enroll(stopAt: .received) }
            let certificate = try await bench.enroll(try bench.plan(name: "ans://v2.0.0.agent.example.com"))
            #expect(certificate.application.nameTexts == ["ans://v2.0.0.agent.example.com"])
            #expect(bench.api.issued == 2)
            try await self.checkDirectory(bench)
        }
    }

    @Test("an interrupted renewal of the same key does not pass for an enrolment with a new one")
    func forcedEnrolment() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let key = try bench.text("key.pem")
            await #expect(throws: Interruption.self) { try await bench.renew(force: true, stopAt: .received) }
            try await bench.enroll(force: true)
            #expect(try bench.text("key.pem") != key)
            try await self.checkDirectory(bench)
        }
    }

    @Test("what an interrupted request brings is not installed once it is due for renewal; a new request is made")
    func lateResumption() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.fault.notAfter = bench.now + 25 }
            await #expect(throws: Interruption.self) { try await bench.enroll(stopAt: .received) }
            bench.api.set { $0.fault = .init() }
            let certificate = try await bench.enroll()
            #expect(certificate.secondsLeft(at: bench.now) > 3_600)
            #expect(bench.api.issued == 2)
        }
    }

    @Test("a damaged request file is dropped")
    func damagedRequest() async throws {
        try await Workbench.run { bench in
            await #expect(throws: Interruption.self) { try await bench.enroll(stopAt: .requestWritten) }
            let path = "\(bench.directory.path)/generation-1/request.json"
            try "{".write(toFile: path, atomically: false, encoding: .utf8)
            try await bench.enroll()
            try await self.checkDirectory(bench)
        }
    }
}
