// A server, a client's configuration and a directory for one test, removed afterwards.

import AgentClient
import Foundation
import PKIX
import X509

struct Workbench: Sendable {
    let api: TestAPI
    let server: TestServer
    let root: TrustAnchors
    /// A directory that exists; the agent's is in it and does not.
    let path: String
    let now: Date

    var directory: AgentDirectory { AgentDirectory("\(self.path)/agent") }

    /// Runs a test with everything it needs.
    static func run(
        tls: Bool = true,
        serverNames: [GeneralName] = [.dnsName("localhost")],
        serverAuthority: TestAuthority? = nil,
        _ body: (Workbench) async throws -> Void
    ) async throws {
        // A whole second, as certificates have them.
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let authority = try TestAuthority(now: now)
        let api = TestAPI(authority: authority, now: now)
        let signer = serverAuthority ?? authority
        let credentials = try signer.server(names: serverNames)
        let server = try await TestServer.start(
            tls: tls ? ([credentials.certificate, signer.issuing], credentials.key) : nil,
            { api.reply($0) }
        )
        let path = FileManager.default.temporaryDirectory.path + "/signet-client-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = Workbench(
            api: api,
            server: server,
            root: try TrustAnchors(pem: try authority.rootPEM, source: "the test"),
            path: path,
            now: now
        )
        do {
            try await body(bench)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    func address(_ scheme: String = "https", host: String = "localhost") throws -> APIAddress {
        try APIAddress("\(scheme)://\(host):\(self.server.port)")
    }

    func configuration(
        _ address: APIAddress? = nil,
        clock: any Clock<Duration> = InstantClock(),
        timeout: Duration = .seconds(20),
        hasRoots: Bool = true
    ) throws -> APIClient.Configuration {
        var configuration = APIClient.Configuration(
            address: try address ?? self.address(),
            roots: hasRoots ? self.root : nil,
            token: try BearerToken("token-of-the-test\n", source: "the test"),
            clock: clock,
            stamp: {
                var generator = SystemRandomNumberGenerator()
                return SignatureStamp(at: Date(), using: &generator)
            }
        )
        configuration.timeout = timeout
        return configuration
    }

    func plan(
        name: String? = "ans://v1.0.0.agent.example.com",
        hosts: [String] = [],
        keyType: KeyType = .ed25519,
        lifetime: Int64? = nil
    ) throws -> EnrolmentPlan {
        EnrolmentPlan(
            api: try self.address(),
            application: try AgentApplication(ansName: name, hosts: hosts, keyType: keyType, lifetime: lifetime),
            roots: self.root,
            tokenFile: nil
        )
    }

    /// Enrols, stopping at a step if one is given.
    @discardableResult
    func enroll(
        _ plan: EnrolmentPlan? = nil,
        force: Bool = false,
        stopAt step: EnrolmentStep? = nil,
        configuration: APIClient.Configuration? = nil
    ) async throws -> AgentCertificate {
        let (plan, agent) = (try plan ?? self.plan(), self.agent(stopAt: step))
        return try await APIClient.with(try configuration ?? self.configuration()) { client in
            try await agent.enroll(plan, with: client, force: force, token: .random, now: { self.now })
        }
    }

    /// Renews at a time.
    func renew(
        newKey: Bool = false,
        force: Bool = false,
        after seconds: TimeInterval = 0,
        stopAt step: EnrolmentStep? = nil
    ) async throws -> AgentCertificate? {
        let agent = self.agent(stopAt: step)
        let plan = try agent.renewalPlan()
        return try await APIClient.with(try self.configuration()) { client in
            try await agent.renew(
                plan,
                with: client,
                newKey: newKey,
                force: force,
                token: .random,
                now: { self.now + seconds }
            )
        }
    }

    func agent(stopAt step: EnrolmentStep? = nil) -> Agent {
        Agent(directory: self.directory) { if $0 == step { throw Interruption() } }
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(self.directory.path)/\(name)", encoding: .utf8)
    }
}

/// What stands for a crash: nothing in the product catches it.
struct Interruption: Error {}

extension IdempotencyToken {
    static var random: IdempotencyToken {
        var generator = SystemRandomNumberGenerator()
        return IdempotencyToken(using: &generator)
    }
}
