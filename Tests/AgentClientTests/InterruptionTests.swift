import Foundation
import NIOHTTP1
import PKIX
import Synchronization
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

    /// Enrols an agent that the server binds to its key.
    private func enrollRegistered(_ bench: Workbench, _ plan: EnrolmentPlan? = nil) async throws {
        bench.api.set { state in
            state.isRegistered = true
            state.takesSignatures = true
        }
        try await bench.enroll(plan)
    }

    /// An agent whose key's change the server has made, and whose client knows nothing of it.
    private func changeUnseen(_ bench: Workbench, stopAt step: EnrolmentStep? = nil) async throws {
        try await self.enrollRegistered(bench)
        if step == nil { bench.api.set { $0.closesAfterIssuing = 100 } }
        await #expect(throws: (any Error).self) { try await bench.renew(newKey: true, force: true, stopAt: step) }
        bench.api.set { $0.closesAfterIssuing = 0 }
    }

    private func boundKeyIsInstalled(_ bench: Workbench) throws -> Bool {
        try AgentKey(pem: bench.text("key.pem"), source: "the test").publicKey == bench.api.state.withLock { $0.bound }
    }

    @Test(
        "a key that the agent may be bound to by now is lost by no later run, whatever that asks for",
        arguments: [nil, .received, .certificateWritten, .recordWritten] as [EnrolmentStep?]
    )
    func keyChange(step: EnrolmentStep?) async throws {
        try await Workbench.run { bench in
            try await self.changeUnseen(bench, stopAt: step)
            #expect(try !self.boundKeyIsInstalled(bench))
            #expect(try await bench.agent().isRenewalDue(at: bench.now))
            // As cron runs it: with the key in force, and nothing forced.
            #expect(try await bench.renew() != nil)
            #expect(try self.boundKeyIsInstalled(bench))
            #expect(try await bench.renew() == nil)
            try await self.checkDirectory(bench)
        }
    }

    @Test("a certificate that is of no use does not take the bound key with it")
    func unacceptable() async throws {
        try await Workbench.run { bench in
            try await self.enrollRegistered(bench)
            bench.api.set { $0.distort = { _ in "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" } }
            for newKey in [true, false] {
                await #expect(throws: AgentClientError.self) { try await bench.renew(newKey: newKey, force: true) }
                #expect(try !self.boundKeyIsInstalled(bench))
            }
            bench.api.set { $0.distort = { $0 } }
            #expect(try await bench.renew() != nil)
            #expect(try self.boundKeyIsInstalled(bench))
        }
    }

    @Test("an enrolment that is forced to be another's keeps the key that may be bound beside it")
    func displacement() async throws {
        try await Workbench.run { bench in
            try await self.changeUnseen(bench)
            let bound = bench.api.state.withLock { $0.bound }
            bench.api.set { $0.isRegistered = false }
            let other = try bench.plan(name: "ans://v2.0.0.agent.example.com")
            let certificate = try await bench.enroll(other, force: true)
            #expect(certificate.application.nameTexts == ["ans://v2.0.0.agent.example.com"])
            let kept = try String(contentsOfFile: "\(bench.directory.path)/kept-1/key.pem", encoding: .utf8)
            #expect(try AgentKey(pem: kept, source: "the test").publicKey == bound)
            #expect(try AgentKey(pem: bench.text("key.pem"), source: "the test").publicKey != bound)
            try await self.checkDirectory(bench)
        }
    }

    @Test("what the program before this one has signed, and what cannot be read, may be bound as well")
    func formerRequests() async throws {
        try await Workbench.run { bench in
            try await self.changeUnseen(bench)
            let path = "\(bench.directory.path)/generation-2/request.json"
            let record = try String(contentsOfFile: path, encoding: .utf8)
            let former = record.replacing(/,?\s*"mayBeBound" : true/, with: "")
            #expect(former != record)
            try former.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(try await bench.renew() != nil)
            #expect(try self.boundKeyIsInstalled(bench))
        }
        try await Workbench.run { bench in
            try await self.changeUnseen(bench)
            let path = "\(bench.directory.path)/generation-2"
            try "{".write(toFile: "\(path)/request.json", atomically: false, encoding: .utf8)
            let key = try String(contentsOfFile: "\(path)/key.pem", encoding: .utf8)
            await #expect(throws: AgentClientError.self) { try await bench.renew(force: true) }
            #expect(try String(contentsOfFile: "\(bench.directory.path)/kept-1/key.pem", encoding: .utf8) == key)
        }
    }

    @Test("a signed call that was not answered may come through later, whatever the authority says before")
    func unanswered() async throws {
        try await Workbench.run { bench in
            try await self.enrollRegistered(bench)
            let notProven = TestReply.problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call")
            let unanswered = Array(repeating: TestReply.close, count: 4)
            bench.api.set { $0.script = [notProven] + unanswered + [notProven] }
            await #expect(throws: AgentClientError(.connectionFailed, "")) {
                try await bench.renew(newKey: true, force: true)
            }
            let path = "\(bench.directory.path)/generation-2/key.pem"
            let key = try String(contentsOfFile: path, encoding: .utf8)
            #expect(bench.api.state.withLock { $0.script.isEmpty })
            #expect(try await bench.renew() != nil)
            #expect(try bench.text("key.pem") == key)
        }
    }

    @Test("a change is asked for again as it was, and as that it is recorded")
    func sameAgain() async throws {
        try await Workbench.run { bench in
            try await self.enrollRegistered(bench, try bench.plan(lifetime: 7_200))
            bench.api.set { $0.closesAfterIssuing = 100 }
            let other = try bench.plan(keyType: .p256, lifetime: 3_600)
            await #expect(throws: AgentClientError.self) { try await bench.enroll(other, force: true) }
            bench.api.set { $0.closesAfterIssuing = 0 }
            #expect(try await bench.renew() != nil)
            let bodies = Set(bench.api.requests.dropFirst().map(\.body))
            #expect(bodies.count == 1)
            let record = try bench.text("agent.json")
            #expect(record.contains("P-256") && record.contains("3600"), "\(record)")
        }
    }

    @Test("a refusal for good tells how a change is given up")
    func refusedForGood() async throws {
        try await Workbench.run { bench in
            try await self.changeUnseen(bench)
            bench.api.set { $0.script = [.problem(422, "KEY_BLOCKED", "no")] }
            let error = await #expect(throws: AgentClientError.self) { try await bench.renew() }
            #expect(error?.reason.contains("signet agent enroll --force") == true, "\(String(describing: error))")
            // What is refused for now is no reason to give up.
            bench.api.set { $0.script = Array(repeating: .problem(429, "RATE_LIMITED", "later"), count: 4) }
            let later = await #expect(throws: AgentClientError.self) { try await bench.renew() }
            #expect(later?.problem?.status == 429 && later?.reason.contains("--force") == false)
            #expect(try await bench.renew() != nil)
            #expect(try self.boundKeyIsInstalled(bench))
        }
    }

    @Test("a change that the authority did not make leaves the key in force, and the next run asks for that")
    func unmadeChange() async throws {
        try await Workbench.run { bench in
            try await self.enrollRegistered(bench)
            let key = try bench.text("key.pem")
            // The signed call is refused, and the key is not the agent's.
            let notProven = TestReply.problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call")
            bench.api.set { $0.script = [notProven, .problem(422, "KEY_BLOCKED", "no"), notProven] }
            let error = await #expect(throws: AgentClientError.self) {
                try await bench.renew(newKey: true, force: true)
            }
            #expect(error?.problem?.code == "KEY_BLOCKED")
            #expect(try await bench.renew() == nil)
            #expect(try await bench.renew(force: true) != nil)
            #expect(try bench.text("key.pem") == key)
        }
    }

    @Test("a change whose answer was lost is seen at once where the server answers again")
    func answeredAgain() async throws {
        try await Workbench.run { bench in
            try await self.enrollRegistered(bench)
            // The first signed call does its work unseen; its repetitions are by a key that is nobody's.
            bench.api.set { $0.closesAfterIssuing = 1 }
            #expect(try await bench.renew(newKey: true, force: true) != nil)
            #expect(try self.boundKeyIsInstalled(bench))
            #expect(bench.api.issued == 2)
        }
    }
}
