// signet policy: what do the rules say?

import ArgumentParser
import AtomicFiles
import CertificateAuthority
import JSON
import PKIX
import RegistrationAuthority

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check a registration policy, and explain its decisions.",
        subcommands: [Check.self, Explain.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a policy's file and say what is wrong with it.",
            discussion: "Exit code 0 when all is well, 2 when something is wrong."
        )

        @Argument(help: "The file.")
        var file: String

        func run() async throws {
            try await signet.run {
                let policy = try PolicyFile.read(self.file)
                print("\(self.file): well; \(policy.rules.count) rules, \(policy.limits.count) limits")
                print("sha256 \(policy.policyHash)")
            }
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what the policy decides of a request, and why.",
            discussion: """
                Example: signet policy explain --state ./state --input request.json
                with {"account": "token:0a…", "role": "registrant", "host": "bot.agents.example", "zone": "ours"}.
                """
        )

        @OptionGroup var state: StateOptions

        @Option(help: "The policy's file. Default: the state directory's.")
        var policy: String?

        @Option(help: "A file with the request in JSON.")
        var input: String

        func run() async throws {
            try await signet.run {
                let path = try self.policy ?? self.state.existingLayout().policy
                let policy = try PolicyFile.read(path)
                let input = try Self.input(self.input)
                for explanation in policy.explain(input) { print(explanation) }
                let decision = policy.decide(input)
                print("\n\(decision.outcome.name): \(decision.reasons.joined(separator: "; "))")
            }
        }

        private static func input(_ path: String) throws(ConfigurationError) -> PolicyInput {
            do {
                let limits = JSONLimits(depth: 4, members: 32)
                return try PolicyInput(try JSONReader.read(try AtomicFile.read(path, limit: 65_536), within: limits))
            } catch {
                throw ConfigurationError("\(path): \((error as? RegistrationError)?.reason ?? "\(error)")")
            }
        }
    }
}
