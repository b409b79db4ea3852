// `signet verify`.

import AgentClient
import ArgumentParser
import Foundation

/// Verifies an agent.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify an agent.",
        discussion: """
            By its host or ANS name, by a certificate in a PEM file, or by both of its certificates. No token is needed.

              signet verify ans://v1.0.0.agent.example.com
              signet verify --certificate shown.pem --json
              signet verify --identity identity.pem --server server.pem

            With --handshake this machine connects to the agent's host, and what the host presents is verified in place of what the
            authority has on record. Whom to connect to may be said: signet verify agent.example.com --connect-to 192.0.2.1:8443

            Exit codes: 0 verified, 1 not verified or failed, 2 configuration or usage.
            """
    )

    @Argument(help: "A host or an ANS name.")
    var agent: String?

    @Option(help: ArgumentHelp("A certificate in PEM, with those above it.", valueName: "file"), completion: .file())
    var certificate: String?

    @Option(
        help: ArgumentHelp("The identity certificate in PEM; with --server.", valueName: "file"),
        completion: .file()
    )
    var identity: String?

    @Option(help: ArgumentHelp("The public certificate in PEM with its chain.", valueName: "file"), completion: .file())
    var server: String?

    @Flag(help: "Connect to the agent's host from here, and verify the certificate that it presents.")
    var handshake = false

    @Option(
        help: ArgumentHelp(
            "Where to connect in place of the host's port 443; implies --handshake.",
            valueName: "host:port"
        )
    )
    var connectTo: String?

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Print the whole report as JSON.")
    var json = false

    func validate() throws {
        let ways = [self.agent != nil, self.certificate != nil, self.identity != nil || self.server != nil]
        guard ways.count(where: { $0 }) == 1, (self.identity == nil) == (self.server == nil) else {
            throw ValidationError("give one of: a host or ANS name; --certificate; --identity with --server")
        }
        guard self.agent != nil || !self.isConnecting else {
            throw ValidationError("--handshake and --connect-to need the host or ANS name of an agent")
        }
    }

    func run() async throws {
        try await runClient {
            let request = try await self.request()
            let address = try self.connection.requiredAddress()
            let configuration = self.connection.configuration(address, roots: try self.connection.roots(), token: nil)
            try await APIClient.with(configuration) { client in
                let report = try await client.verify(request)
                if self.json { try report.printJSON() } else { report.show() }
                guard report.verified else { throw ClientExit.failed }
            }
        }
    }

    private var isConnecting: Bool { self.handshake || self.connectTo != nil }

    private func request() async throws -> VerificationRequestDocument {
        if let identity, let server {
            return VerificationRequestDocument(
                identityCertificate: try Self.text(of: identity),
                serverCertificate: try Self.text(of: server)
            )
        }
        if let agent, self.isConnecting {
            let presented = try await PresentedCertificate(of: agent, at: self.connectTo).pem()
            return VerificationRequestDocument(subject: agent, presented: presented)
        }
        return VerificationRequestDocument(subject: try self.agent ?? Self.text(of: self.certificate ?? ""))
    }

    private static func text(of file: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw AgentClientError(.invalidConfiguration, "\(file) cannot be read as text")
        }
        return text
    }
}

extension VerificationDocument {
    fileprivate func show() {
        print("\(self.verified ? "verified" : "NOT verified"): \(self.tier.printable(limit: 20))")
        print(self.reason.printable(limit: 400))
        if let entry = self.logEntry {
            let place = "entry \(entry.leafIndex) of \(entry.treeSize) in \(entry.origin), root \(entry.rootHash)"
            print("log: \(place)".printable(limit: 400))
        }
        for check in self.checks ?? [] {
            let outcome = check.outcome.padding(toLength: 8, withPad: " ", startingAt: 0)
            let name = check.name.padding(toLength: 20, withPad: " ", startingAt: 0)
            print("  \(outcome)\(name)\(check.reason)".printable(limit: 400))
        }
    }
}
