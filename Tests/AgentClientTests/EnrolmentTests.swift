import Foundation
import PKIX
import Testing

@testable import AgentClient

@Suite("Enrolment")
struct EnrolmentTests {
    @Test("key, certificate and chain are installed, and openssl agrees with them", arguments: AgentKey.types)
    func installs(type: KeyType) async throws {
        try await Workbench.run { bench in
            let certificate = try await bench.enroll(try bench.plan(keyType: type))
            #expect(certificate.application.keyType == type)
            let root = "\(bench.path)/root.pem"
            try bench.root.pem.write(toFile: root, atomically: false, encoding: .utf8)
            let directory = bench.directory
            _ = try OpenSSL.run(
                "verify",
                "-x509_strict",
                "-CAfile",
                root,
                "-untrusted",
                directory.chainPath,
                directory.certificatePath
            )
            #expect(
                try OpenSSL.run("pkey", "-in", directory.keyPath, "-pubout")
                    == OpenSSL.run("x509", "-in", directory.certificatePath, "-noout", "-pubkey")
            )
            #expect(
                try OpenSSL.run("x509", "-in", directory.certificatePath, "-noout", "-ext", "subjectAltName")
                    .contains("URI:ans://v1.0.0.agent.example.com")
            )
            #expect(try bench.text("chain.pem") == bench.api.authority.issuingPEM)
        }
    }

    @Test("only the owner can read the key, and agent.json holds no secret")
    func modes() async throws {
        try await Workbench.run { bench in
            var plan = try bench.plan(name: nil, hosts: ["a.example.com", "b.example.com"], lifetime: 3_600)
            plan.tokenFile = "/run/token"
            let certificate = try await bench.enroll(plan)
            #expect(certificate.secondsLeft(at: bench.now) == 3_600)
            #expect(try mode(bench.directory.path) == 0o700)
            #expect(try mode(bench.directory.keyPath) == 0o600)
            #expect(try mode(bench.directory.certificatePath) == 0o644)
            let record = try bench.text("agent.json")
            let members = try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any]
            #expect(members?["names"] as? [String] == ["a.example.com", "b.example.com"])
            #expect(members?["profile"] as? String == "agent-tls")
            #expect(members?["lifetime"] as? Int == 3_600)
            #expect(members?["tokenFile"] as? String == "/run/token")
            #expect(!record.contains("token-of-the-test") && !record.contains("PRIVATE"))
            // Nothing of the request is left, and nothing temporary.
            let names = try FileManager.default.subpathsOfDirectory(atPath: bench.directory.path).sorted()
            #expect(
                names == [
                    ".lock", "agent.json", "certificate.pem", "chain.pem", "current", "generation-1",
                    "generation-1/agent.json", "generation-1/certificate.pem", "generation-1/chain.pem",
                    "generation-1/key.pem", "generation-1/root.pem", "key.pem",
                ]
            )
        }
    }

    @Test("an enrolled directory is not overwritten without force, and with it gets a new key")
    func force() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let key = try bench.text("key.pem")
            await #expect(throws: AgentClientError(.alreadyEnrolled, "")) { try await bench.enroll() }
            #expect(bench.api.issued == 1)
            #expect(try bench.text("key.pem") == key)
            try await bench.enroll(force: true)
            #expect(try bench.text("key.pem") != key)
            #expect(try await bench.agent().status(at: bench.now).state == .valid)
        }
    }

    @Test("files that are not ours are never overwritten, force or not", arguments: [false, true])
    func foreign(force: Bool) async throws {
        try await Workbench.run { bench in
            try FileManager.default.createDirectory(atPath: bench.directory.path, withIntermediateDirectories: false)
            try "theirs".write(toFile: bench.directory.keyPath, atomically: false, encoding: .utf8)
            await #expect(throws: AgentClientError(.unusableDirectory, "")) { try await bench.enroll(force: force) }
            #expect(try bench.text("key.pem") == "theirs")
            #expect(bench.api.requests.isEmpty)
        }
    }

    @Test("a directory that everybody can write to is refused")
    func worldWritable() async throws {
        try await Workbench.run { bench in
            try FileManager.default.createDirectory(
                atPath: bench.directory.path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: NSNumber(value: 0o777)]
            )
            try FileManager.default.setAttributes(
                [.posixPermissions: NSNumber(value: 0o777)],
                ofItemAtPath: bench.directory.path
            )
            await #expect(throws: AgentClientError(.unusableDirectory, "")) { try await bench.enroll() }
        }
    }

    @Test("a missing parent directory is an error that names it")
    func missingParent() async throws {
        try await Workbench.run { bench in
            let agent = Agent(directory: AgentDirectory("\(bench.path)/no/agent"))
            let plan = try bench.plan()
            let error = try await #require(throws: AgentClientError.self) {
                try await APIClient.with(try bench.configuration()) { client in
                    try await agent.enroll(plan, with: client, force: false, token: .random, now: { bench.now })
                }
            }
            #expect(error.code == .unusableDirectory)
            #expect(error.reason.contains("\(bench.path)/no/agent"))
        }
    }

    @Test("two at once do not disturb each other: the second is turned away")
    func exclusive() async throws {
        try await Workbench.run { bench in
            try bench.directory.prepare()
            try await bench.directory.exclusively {
                _ = await #expect(throws: AgentClientError(.unusableDirectory, "")) { try await bench.enroll() }
            }
            #expect(bench.api.requests.isEmpty)
            try await bench.enroll()
        }
    }
}
