import AgentClient
import Foundation
import PKIX
import Testing

@Suite("Renewal and status")
struct RenewalTests {
    @Test("nothing is asked for while more than a third of the life is left")
    func notDue() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            // Life: 86,460 seconds with the minute of backdating; a third is 28,820.
            #expect(try await bench.renew(after: 86_400 - 28_820 - 1) == nil)
            #expect(bench.api.issued == 1)
        }
    }

    @Test("at a third of the life it is renewed for the same key")
    func due() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let (key, old) = (try bench.text("key.pem"), try bench.text("certificate.pem"))
            #expect(try await bench.renew(after: 86_400 - 28_820) != nil)
            #expect(try bench.text("key.pem") == key)
            #expect(try bench.text("certificate.pem") != old)
        }
    }

    @Test("an expired certificate is renewed, with a new key when asked", arguments: [false, true])
    func expired(newKey: Bool) async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.lifetime = 600 }
            try await bench.enroll()
            let key = try bench.text("key.pem")
            bench.api.set { $0.lifetime = 86_400 }
            #expect(try await bench.agent().status(at: bench.now + 601).state == .expired)
            #expect(try await bench.renew(newKey: newKey, after: 601) != nil)
            #expect(try (bench.text("key.pem") == key) == !newKey)
            #expect(try await bench.agent().status(at: bench.now).state == .valid)
        }
    }

    @Test("a failed renewal leaves what was installed")
    func failed() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let old = try bench.text("certificate.pem")
            bench.api.set { $0.script = [.problem(500, "INTERNAL_ERROR", "no")] }
            await #expect(throws: AgentClientError(.refused, "")) { try await bench.renew(force: true) }
            #expect(try bench.text("certificate.pem") == old)
            #expect(try await bench.agent().status(at: bench.now).state == .valid)
        }
    }

    @Test("the generation before is kept for its readers, older ones are removed")
    func generations() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            for _ in 0..<3 { #expect(try await bench.renew(force: true) != nil) }
            let names = try FileManager.default.contentsOfDirectory(atPath: bench.directory.path)
            #expect(names.filter { $0.hasPrefix("generation") }.sorted() == ["generation-3", "generation-4"])
        }
    }

    @Test("a directory without enrolment has no status and no renewal")
    func notEnrolled() async throws {
        try await Workbench.run { bench in
            await #expect(throws: AgentClientError(.notEnrolled, "")) { try await bench.agent().status(at: bench.now) }
            await #expect(throws: AgentClientError(.notEnrolled, "")) { try await bench.renew() }
        }
    }

    @Test("status names what is wrong with key, certificate or chain")
    func damaged() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let generation = "\(bench.directory.path)/generation-1"
            let (key, chain) = (try bench.text("key.pem"), try bench.text("chain.pem"))
            func replace(_ name: String, _ content: String, mode: Int = 0o600) throws {
                let path = "\(generation)/\(name)"
                try content.write(toFile: path, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: mode)], ofItemAtPath: path)
            }
            try replace("key.pem", try AgentKey.generate(.ed25519).pem)
            guard case .unverified(let reason) = try await bench.agent().status(at: bench.now).state else {
                Issue.record("another key passed")
                return
            }
            #expect(reason.contains("another key"))
            #expect(try await bench.agent().isRenewalDue(at: bench.now))
            try replace("key.pem", key)
            try replace("chain.pem", "")
            guard case .unverified = try await bench.agent().status(at: bench.now).state else {
                Issue.record("a missing chain passed")
                return
            }
            try replace("chain.pem", chain)
            #expect(try await bench.agent().status(at: bench.now).state == .valid)
            try replace("key.pem", key, mode: 0o640)
            await #expect(throws: AgentClientError(.exposedSecret, "")) {
                try await bench.agent().status(at: bench.now)
            }
            try replace("key.pem", "hush")
            await #expect(throws: AgentClientError(.damagedEnrolment, "")) {
                try await bench.agent().status(at: bench.now)
            }
            try replace("key.pem", key)
            try replace("agent.json", #"{"version":2}"#)
            await #expect(throws: AgentClientError(.damagedEnrolment, "")) {
                try await bench.agent().status(at: bench.now)
            }
            try FileManager.default.removeItem(atPath: "\(generation)/agent.json")
            await #expect(throws: AgentClientError(.damagedEnrolment, "")) {
                try await bench.agent().status(at: bench.now)
            }
        }
    }
}
