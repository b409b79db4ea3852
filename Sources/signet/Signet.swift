// The program: its commands, and nothing else.

import ArgumentParser

@main
struct Signet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet",
        abstract: "Certificate authority and registration authority for AI agents.",
        discussion: """
            An operator runs `init` once and `serve` for good; an agent runs `agent enroll` and, from cron, `agent renew`.
            Exit codes: 0 done, 1 it failed, 2 the configuration is wrong, 64 the arguments are.
            """,
        version: Version.current,
        subcommands: [
            InitCommand.self, ServeCommand.self, AuthorityCommand.self, TokenCommand.self, AuditCommand.self,
            ConfigCommand.self,
        ]
    )
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
