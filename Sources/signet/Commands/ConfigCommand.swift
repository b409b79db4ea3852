// signet config: is what the operator wrote what the program understands?

import ArgumentParser
import CertificateAuthority
import RegistrationAuthority
import Signing

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration.",
        subcommands: [Check.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: """
                Read config.yaml, dns.yaml, the hierarchy, the profiles and the policy, and say what is wrong with them.
                """,
            discussion: "Exit code 0 when all is well, 2 when something is wrong. No token is opened."
        )

        @OptionGroup var state: StateOptions

        func run() async throws {
            try await signet.run {
                let layout = try self.state.existingLayout()
                let configuration = try await SignetConfiguration(layout)
                let definitions = try Definitions(hierarchy: layout.hierarchy)
                do throws(AuthorityError) {
                    _ = try PublicAddresses(base: configuration.publicURL)
                } catch {
                    throw ConfigurationError("\(layout.configuration): publicURL: \(error.reason)")
                }
                for name in definitions.hierarchy.tokens where configuration.tokens[name] == nil {
                    throw ConfigurationError(
                        "\(layout.configuration): tokens: '\(name)', which the hierarchy names, is missing"
                    )
                }
                for name in definitions.hierarchy.daemonTokens {
                    guard let source = configuration.tokens[name]?.uri.pinSource else {
                        throw ConfigurationError("\(layout.configuration): tokens.\(name).uri: pin-source is missing")
                    }
                    do throws(SigningError) {
                        _ = try PINSource(source).read(environment: SystemEnvironment.variable)
                    } catch {
                        throw ConfigurationError("tokens.\(name): \(error.reason)")
                    }
                }
                let keys = AccountKeys(layout: layout, hierarchy: definitions.hierarchy)
                for authority in configuration.acme.authorities { try authority.check(keys) }
                try configuration.acme.command?.check()
                let zones = try await DNSAssembly(DNSDefinition(file: layout.dns, directory: layout.directory))
                await zones.shutdown()
                let policy = try PolicyFile.read(layout.policy)
                print("\(layout.configuration): well; \(configuration.acme.authorities.count) public CAs")
                print("\(layout.dns): well; \(zones.zones.zones.count) zones")
                print("\(layout.policy): well; \(policy.rules.count) rules")
                print("\(layout.hierarchy): well; \(definitions.profiles.count) profiles")
            }
        }
    }
}

extension SignetConfiguration {
    /// The configuration of a state directory, with the process's environment and these flags.
    init(_ layout: StateLayout, flags: [String: String] = [:]) async throws {
        try await self.init(
            file: layout.configuration,
            directory: layout.directory,
            flags: flags,
            environment: SystemEnvironment.variables
        )
    }
}
