// The program: its commands, and nothing else.

import ArgumentParser
import Foundation

@main
struct Signet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet",
        abstract: "Certificate authority and registration authority for AI agents.",
        discussion: """
            An operator runs `init` once and `serve` for good; an agent runs `agent enroll` and, from cron, `agent renew`.
            Exit codes: 0 done, 1 it failed, 2 the configuration or the arguments are wrong.
            """,
        version: Version.current,
        subcommands: [
            InitCommand.self, ServeCommand.self, AuthorityCommand.self, TokenCommand.self, AccountCommand.self,
            AuditCommand.self, LogCommand.self, WitnessCommand.self,
            ConfigCommand.self, PolicyCommand.self, AgentCommand.self, RenewCommand.self, CertCommand.self,
            VerifyCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // Scripts tell usage (2) from failure (1).
            guard self.exitCode(for: error) == .validationFailure else { self.exit(withError: error) }
            FileHandle.standardError.write(Data("\(self.fullMessage(for: error))\n".utf8))
            Foundation.exit(2)
        }
    }
}

/// The program's version, as `--version`, `/metrics` and the API tell it.
enum Version {
    static let current = "0.1.0"

    /// The compiler that built the program.
    static var swift: String {
        #if compiler(>=6.4)
            "6.4+"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
