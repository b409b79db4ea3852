import AgentClient
import Foundation
import HTTPSignatures
import HTTPTypes
import JOSE
import NIOHTTP1
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

    @Test(
        "a registered agent's key is changed by a call that the present key signs",
        arguments: [KeyType.ed25519, .p256, .p384, .rsa(bits: 2_048)]
    )
    func keyChange(type: KeyType) async throws {
        try await Workbench.run { bench in
            try await bench.enroll(try bench.plan(keyType: type))
            let old = try AgentKey(pem: try bench.text("key.pem"), source: "the test")
            bench.api.set { state in
                state.script = [.problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call")]
                state.takesSignatures = true
            }
            #expect(try await bench.renew(newKey: true, force: true) != nil)
            #expect(try AgentKey(pem: try bench.text("key.pem"), source: "the test").publicKey != old.publicKey)
            let call = try #require(bench.api.requests.last)
            // No token goes where it is not needed.
            #expect(!call.headers.contains(name: "authorization") && call.headers.contains(name: "idempotency-key"))
            var head = HTTPRequest(
                method: .post,
                scheme: "https",
                authority: "localhost:\(bench.server.port)",
                path: "/v1/certificates"
            )
            for (name, value) in call.headers {
                head.headerFields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
            }
            let candidate = try SignatureProfile().candidate(in: head, body: call.body)
            #expect(try candidate.keyID == JSONWebKey(old.publicKey.certificateKey).thumbprint)
            _ = try candidate.verified(with: old.publicKey.certificateKey, at: Date())
        }
    }

    @Test("a key that is no longer the registered one is told so, once, and what was installed stands")
    func keyChangeRefused() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let (key, asked) = (try bench.text("key.pem"), bench.api.requests.count)
            for (newKey, calls) in [(false, 1), (true, 4)] {
                bench.api.set { state in
                    state.script = Array(repeating: .problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call"), count: 3)
                }
                let error = await #expect(throws: AgentClientError.self) {
                    try await bench.renew(newKey: newKey, force: true)
                }
                #expect(error?.problem?.code == "KEY_CHANGE_NOT_PROVEN")
                #expect(error?.reason.contains("--key FILE") == !newKey, "\(String(describing: error))")
                #expect(bench.api.requests.count == asked + calls)
            }
            #expect(try bench.text("key.pem") == key)
            // The key that was refused is nobody's: the next run asks for the installed one.
            bench.api.set { $0.script = [] }
            #expect(try await bench.renew(force: true) != nil)
            #expect(try bench.text("key.pem") == key)
        }
    }

    @Test("a 403 of another kind is no reason to sign, and a key of another agent signs nothing")
    func signsNothingElse() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let asked = bench.api.requests.count
            bench.api.set { $0.script = [.problem(403, "PERMISSION_DENIED", "no")] }
            await #expect(throws: AgentClientError(.refused, "")) { try await bench.renew(newKey: true, force: true) }
            let other = try bench.plan(name: "ans://v2.0.0.agent.example.com")
            bench.api.set { $0.script = [.problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call")] }
            let error = await #expect(throws: AgentClientError.self) { try await bench.enroll(other, force: true) }
            #expect(error?.reason.contains("--key FILE") == true)
            #expect(bench.api.requests[asked...].allSatisfy { !$0.headers.contains(name: "signature") })
            #expect(bench.api.requests.count == asked + 2)
        }
    }

    @Test("an enrolment with a key that is there already takes just that one, and none that others may read")
    func ownKey() async throws {
        try await Workbench.run { bench in
            let key = try AgentKey.generate(.p256)
            let path = "\(bench.path)/own.key"
            func write(_ text: String, mode: Int) throws {
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            try write(key.pem, mode: 0o640)
            #expect(throws: AgentClientError(.exposedSecret, "")) { try AgentKey(file: path) }
            for text in ["", "-----BEGIN PRIVATE KEY-----\n", key.pem.replacing("PRIVATE", with: "PUBLIC"), "\u{0}"] {
                try write(text, mode: 0o600)
                let error = #expect(throws: AgentClientError.self) { try AgentKey(file: path) }
                #expect(error?.code == .invalidConfiguration && error?.reason.contains(path) == true)
            }
            try write(String(repeating: "x", count: 300_000), mode: 0o600)
            #expect(throws: AgentClientError(.invalidConfiguration, "")) { try AgentKey(file: path) }
            #expect(throws: AgentClientError(.invalidConfiguration, "")) { try AgentKey(file: path + ".no") }
            try write(key.pem, mode: 0o600)
            let plan = try bench.plan(keyType: .p256)
            _ = try await APIClient.with(try bench.configuration()) { client in
                try await bench.agent().enroll(
                    plan,
                    with: client,
                    key: try AgentKey(file: path),
                    force: false,
                    token: .random,
                    now: { bench.now }
                )
            }
            #expect(try bench.text("key.pem") == key.pem)
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
