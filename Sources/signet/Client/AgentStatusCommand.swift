// `signet agent status`.

import AgentClient
import ArgumentParser
import Foundation

/// Shows an agent's certificate and whether it can be relied on.
struct AgentStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the installed certificate and whether renewal is due.",
        discussion: """
            Asks no server: key, names, chain and validity are checked against the root of the enrolment.

              signet agent status --directory agent --json

            Exit codes: 0 valid, 1 expired or not verifying, 2 not enrolled, or usage.
            """
    )

    @OptionGroup var directory: AgentDirectoryOption

    func run() async throws {
        try await runClient {
            let agent = self.directory.agent
            do {
                let status = try await agent.status(at: Date())
                let report = AgentReport(status, in: agent.directory, at: Date())
                try report.show(report.names?.joined(separator: ", ") ?? "", json: self.directory.json)
                if status.state != .valid { throw ClientExit.failed }
            } catch let error as AgentClientError where error.code == .notEnrolled && self.directory.json {
                try AgentReport(notEnrolled: agent.directory).printJSON()
                throw error
            } catch let error as AgentClientError where error.code == .exposedSecret {
                Progress.write("error: \(error)")
                throw ClientExit.failed
            }
        }
    }
}
