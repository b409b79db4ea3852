// `signet agent renew`: what cron runs for one agent.

import AgentClient
import ArgumentParser
import Foundation

/// Renews an agent's certificate when that is due.
struct AgentRenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Get a new certificate when at most a third of the life is left.",
        discussion: """
            Address, root, names, profile and token file are those of the enrolment, unless options say otherwise. Meant \
            for cron, every hour or day:

              signet agent renew --directory /var/lib/agent && systemctl reload agent

            Exit codes: 0 renewed or not due, 1 failed, 2 configuration or usage.
            """
    )

    @OptionGroup var directory: AgentDirectoryOption
    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Make a new key too.")
    var newKey = false

    @Flag(help: "Renew even when it is not due.")
    var force = false

    func run() async throws {
        try await runClient {
            let agent = self.directory.agent
            guard try await self.isNeeded(agent), let certificate = try await self.renew(agent) else {
                let status = try await agent.status(at: Date())
                var report = AgentReport(status, in: agent.directory, at: Date())
                report.outcome = "not-due"
                return try report.show("not due for renewal", json: self.directory.json)
            }
            try AgentReport(certificate, in: agent.directory, outcome: "renewed", at: Date())
                .show("renewed \(certificate.application.nameTexts.joined(separator: ", "))", json: self.directory.json)
        }
    }

    private func isNeeded(_ agent: Agent) async throws -> Bool {
        if self.force { return true }
        return try await agent.isRenewalDue(at: Date())
    }

    private func renew(_ agent: Agent) async throws -> AgentCertificate? {
        var plan = try agent.renewalPlan(api: try self.connection.address(), roots: try self.connection.roots())
        let (token, tokenFile) = try self.connection.token(recorded: plan.tokenFile)
        plan.tokenFile = tokenFile
        let configuration = self.connection.configuration(plan.api, roots: plan.roots, token: token)
        var generator = SystemRandomNumberGenerator()
        let key = IdempotencyToken(using: &generator)
        return try await APIClient.with(configuration) { [plan] client in
            try await agent.renew(
                plan,
                with: client,
                newKey: self.newKey,
                force: self.force,
                token: key,
                now: { Date() }
            )
        }
    }
}
