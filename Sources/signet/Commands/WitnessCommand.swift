// signet witness: cosigns the checkpoints of other logs.

import ArgumentParser
import CertificateAuthority
import Foundation
import Glibc
import TransparencyLog

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign other logs' checkpoints (C2SP tlog-witness), beside the daemon or alone.",
        discussion: """
            The section 'witness' of config.yaml names the witness and the logs that it knows, each with its keys. Its own key \
            is made on the log's token by the first run; what it has cosigned is kept in DIR/witness, durable before it answers.

              signet witness key --state DIR        the key that logs are told
              signet witness --state DIR            serve POST /add-checkpoint until SIGTERM

            Never bring back an old copy of DIR/witness: a witness that forgot what it has cosigned may cosign a fork.
            """,
        subcommands: [Serve.self, Key.self],
        defaultSubcommand: Serve.self
    )

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve the witness; prints its address and its key once it takes connections."
        )

        @OptionGroup var state: StateOptions

        @Option(help: "Where the witness listens: http://HOST:PORT. Port 0 takes a free one.")
        var listen: String?

        @Option(help: "The least severe level that is logged.")
        var logLevel: String?

        func run() async throws {
            try await signet.run {
                signal(SIGPIPE, SIG_IGN)
                let flags = self.logLevel.map { ["log.level": $0] } ?? [:]
                try await WitnessAssembly(try self.state.existingLayout(), flags: flags).serve(listen: self.listen)
            }
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the witness's verifier key, which logs are told; it is made when there is none."
        )

        @OptionGroup var state: StateOptions

        func run() async throws {
            try await signet.run {
                let assembly = try await WitnessAssembly(try self.state.existingLayout(), flags: ["log.level": "error"])
                try await assembly.withSigner { print($0.key) }
            }
        }
    }
}
