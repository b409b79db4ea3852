// `signet agent`: what an agent runs.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// The agent's commands.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Get, renew and check an agent's certificate.",
        discussion: """
            The directory then holds key.pem (0600), certificate.pem and chain.pem, links that always show key and \
            certificate of one enrolment.

              signet agent enroll --name ans://v1.0.0.agent.example.com --directory agent \\
                --api https://127.0.0.1:8443 --root root.pem --token-file agent.token
              signet agent status --directory agent
            """,
        subcommands: [AgentEnrollCommand.self, AgentRenewCommand.self, AgentStatusCommand.self]
    )
}

/// The agent's directory.
struct AgentDirectoryOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The directory of key and certificate.", valueName: "dir"),
        completion: .directory
    )
    var directory: String

    @Flag(help: "Print JSON.")
    var json = false

    var agentDirectory: AgentDirectory { AgentDirectory(self.directory) }

    /// The agent, with progress shown for what takes long.
    var agent: Agent {
        Agent(directory: self.agentDirectory) { step in
            switch step {
            case .makingKey(.rsa(let bits)): Progress.show("making an RSA key of \(bits) bits")
            case .resumed: Progress.show("taking up the request that was interrupted")
            default: break
            }
        }
    }
}
