// `signet agent enroll`.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Gets an agent's first certificate.
struct AgentEnrollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Make a key, get a certificate for it, and install both.",
        discussion: """
            Nothing is installed unless the certificate is for the new key and the names asked for, and leads to the root. \
            An interrupted enrolment is taken up again by the same command. A registered agent is enrolled with the key that it \
            registered (--key): its registration issues the certificate.

              signet agent enroll --name ans://v1.0.0.agent.example.com --directory agent \\
                --api https://127.0.0.1:8443 --root root.pem --token-file agent.token

            Exit codes: 0 enrolled, 1 failed, 2 configuration or usage.
            """
    )

    @Option(help: ArgumentHelp("The agent's ANS name, ans://vMAJOR.MINOR.PATCH.HOST.", valueName: "ans-name"))
    var name: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Host names instead, for mutual TLS between agents.", valueName: "host")
    )
    var dns: [String] = []

    @OptionGroup var directory: AgentDirectoryOption
    @OptionGroup var connection: ConnectionOptions

    @Option(
        help: ArgumentHelp(
            "Ed25519, P-256, P-384, RSA-2048, RSA-3072 or RSA-4096. (default: Ed25519)",
            valueName: "type"
        )
    )
    var keyType: String?

    @Option(
        help: ArgumentHelp(
            "The agent's key in PKCS#8 PEM, mode 0600; it is copied, no new one is made.",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The certificate profile. (default: agent-identity with --name, agent-tls with --dns)",
            valueName: "name"
        )
    )
    var profile: String?

    @Option(help: ArgumentHelp("How long the certificate is valid, such as 24h or 7d. (default: the profile's)"))
    var lifetime: String?

    @Flag(help: "Replace the key and certificate that the directory holds.")
    var force = false

    func run() async throws {
        try await runClient {
            guard self.key == nil || self.keyType == nil else {
                throw AgentClientError(.invalidConfiguration, "give either --key, whose type is its own, or --key-type")
            }
            let key = try self.key.map { try AgentKey(file: $0) }
            var plan = try self.plan(key)
            let (token, tokenFile) = try self.connection.token()
            plan.tokenFile = tokenFile
            let configuration = self.connection.configuration(plan.api, roots: plan.roots, token: token)
            var generator = SystemRandomNumberGenerator()
            let requestKey = IdempotencyToken(using: &generator)
            let agent = self.directory.agent
            let certificate = try await APIClient.with(configuration) { [plan] client in
                try await agent.enroll(
                    plan,
                    with: client,
                    key: key,
                    force: self.force,
                    token: requestKey,
                    now: { Date() }
                )
            }
            try AgentReport(certificate, in: agent.directory, outcome: "enrolled", at: Date())
                .show(
                    "enrolled \(certificate.application.nameTexts.joined(separator: ", "))",
                    json: self.directory.json
                )
        }
    }

    private func plan(_ key: AgentKey?) throws -> EnrolmentPlan {
        let application = try self.application(key)
        guard let roots = try self.connection.roots() else {
            throw AgentClientError(.invalidConfiguration, "no root to verify with; give --root FILE or set SIGNET_ROOT")
        }
        return EnrolmentPlan(
            api: try self.connection.requiredAddress(),
            application: application,
            roots: roots,
            tokenFile: nil
        )
    }

    private func application(_ key: AgentKey?) throws -> AgentApplication {
        let name = self.keyType ?? KeyType.ed25519.description
        guard let keyType = key?.type ?? KeyType(name) else {
            let types = AgentKey.types.map(\.description).joined(separator: ", ")
            throw AgentClientError(.invalidConfiguration, "--key-type '\(name)' is none of \(types)")
        }
        let lifetime = try self.lifetime.map { text in
            guard let span = TimeSpan(text) else {
                throw AgentClientError(
                    .invalidConfiguration,
                    "--lifetime '\(text)' is no span of time; write 24h or 7d"
                )
            }
            return span.seconds
        }
        return try AgentApplication(
            ansName: self.name,
            hosts: self.dns,
            profile: self.profile,
            keyType: keyType,
            lifetime: lifetime
        )
    }
}
