import Foundation
import PKIX
import SwiftASN1
import Testing
import X509

@testable import AgentClient

@Suite("Server certificates at the agent")
struct ServerCertificateTests {
    private static let host = "agent.example.com"
    private static let id = "01990000-0000-7000-8000-000000000001"

    /// The replies to the two calls: which agents there are, and their certificates.
    private static func replies(
        _ certificates: [Certificate],
        name: String = "ans://v1.0.0.\(host)",
        status: String = "VALID"
    ) throws -> [TestReply] {
        let agents: [String: Any] = ["items": [["agentId": Self.id, "ansName": name, "status": "ACTIVE"]]]
        let documents: [[String: Any]] = try certificates.map {
            ["status": status, "certificatePEM": try $0.serializeAsPEM().pemString, "chainPEM": "", "more": 1]
        }
        return try [agents as Any, documents as Any].map { value in
            .json(200, String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self))
        }
    }

    private static func offered(_ bench: Workbench, _ replies: [TestReply]) async throws -> AgentServerCertificate? {
        bench.api.set { $0.script = replies }
        let agent = bench.agent()
        return try await APIClient.with(try bench.configuration()) { client in
            try await agent.newerServerCertificate(with: client, at: bench.now)
        }
    }

    private static func certificate(_ bench: Workbench, _ host: String = host) throws -> (
        Certificate, Certificate.PrivateKey
    ) {
        let made = try bench.api.authority.server(names: [.dnsName(host)])
        return (made.certificate, made.key)
    }

    @Test("the newest is installed, whole, and not again")
    func installs() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let (old, _) = try Self.certificate(bench)
            let (new, _) = try Self.certificate(bench)
            let offered = try #require(try await Self.offered(bench, try Self.replies([old, new])))
            try bench.agent().install(offered)
            let installed = try bench.text("server.pem")
            #expect(try Certificate(pemEncoded: installed) == new)
            let again = try await Self.offered(bench, try Self.replies([old, new]))
            #expect(again == nil)
            let targets = bench.api.requests.suffix(2).map(\.target)
            #expect(targets.first?.hasPrefix("/v2/ans/agents?agentHost=\(Self.host)") == true)
            #expect(targets.last == "/v2/ans/agents/\(Self.id)/certificates/server")
        }
    }

    @Test("of other agents, of none, and revoked ones nothing is taken")
    func passesOver() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let (certificate, _) = try Self.certificate(bench)
            let cases = [
                try Self.replies([certificate], name: "ans://v2.0.0.\(Self.host)"), try Self.replies([]),
                try Self.replies([certificate], status: "REVOKED"),
            ]
            for replies in cases {
                let offered = try await Self.offered(bench, replies)
                #expect(offered == nil)
            }
        }
    }

    @Test("one for another host, or another key than the one beside it, is refused")
    func refuses() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let (other, _) = try Self.certificate(bench, "other.example.com")
            await #expect(throws: AgentClientError(.unacceptableCertificate, "")) {
                _ = try await Self.offered(bench, try Self.replies([other]))
            }
            let (mine, key) = try Self.certificate(bench)
            let (foreign, _) = try Self.certificate(bench)
            let path = bench.directory.serverKeyPath
            try Data(try key.serializeAsPEM().pemString.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            await #expect(throws: AgentClientError(.unacceptableCertificate, "")) {
                _ = try await Self.offered(bench, try Self.replies([foreign]))
            }
            let offered = try await Self.offered(bench, try Self.replies([mine]))
            #expect(offered != nil)
        }
    }

    @Test("what was installed stays to be deployed until that was done")
    func deployment() async throws {
        try await Workbench.run { bench in
            try await bench.enroll()
            let agent = bench.agent()
            #expect(!agent.isDeploymentPending)
            try agent.beginDeployment()
            #expect(bench.agent().isDeploymentPending)
            try agent.endDeployment()
            #expect(!bench.agent().isDeploymentPending)
            #expect(try AgentDirectory.all(in: bench.path).map(\.path) == [bench.directory.path])
        }
    }
}
