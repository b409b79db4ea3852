// The steps of `signet init`, in order; each is skipped when it has been done.

import AtomicFiles
import CertificateAuthority
import Foundation
import Logging
import PKIX
import Persistence
import RegistrationAuthority
import Signing

/// Makes a state directory.
struct StateInitialization: Sendable {
    let layout: StateLayout
    let hierarchy: String?
    let publicURL: String?
    let api: String?
    let module: String?

    /// What would be done.
    func plan() async throws -> [String] {
        let source = try self.hierarchySource()
        let definitions = try Definitions(hierarchy: source)
        let steps = [
            "create \(self.layout.directory) with config.yaml, secrets/ (0700), tokens/ and signet.db, unless they are there",
            "copy \(source) and its profiles to \(self.layout.definitions), unless they are there",
        ]
        let ceremony = try Self.planner(
            definitions,
            self.layout,
            self.publicURL ?? SignetConfiguration.defaultPublicURL
        )
        return steps + ceremony + [
            "issue the daemon's TLS and OCSP responder certificates", "write the first API token",
        ]
    }

    /// Does what is missing.
    func perform(logger: Logger) async throws -> CeremonyReport {
        try self.createDirectories()
        let lock = try StateDirectoryLock(directory: self.layout.directory)
        defer { withExtendedLifetime(lock) {} }
        try self.copyDefinitions()
        let definitions = try Definitions(hierarchy: self.layout.hierarchy)
        try self.writeSecrets(definitions.hierarchy)
        try self.writeConfiguration(definitions.hierarchy)
        try self.writeRegistration()
        try WebhookKey.create(at: self.layout.webhookKey)
        let configuration = try await SignetConfiguration(
            file: self.layout.configuration,
            directory: self.layout.directory,
            flags: [:],
            environment: SystemEnvironment.variables
        )
        try AccountKeys(layout: self.layout, hierarchy: definitions.hierarchy).createFiles(for: configuration.acme)
        let store = try SQLiteStore(path: self.layout.database, clock: SystemEnvironment.clock)
        do {
            let report = try await self.populate(store, definitions, configuration, logger)
            await store.close()
            return report
        } catch {
            await store.close()
            throw error
        }
    }

    private func populate(
        _ store: SQLiteStore,
        _ definitions: Definitions,
        _ configuration: SignetConfiguration,
        _ logger: Logger
    ) async throws -> CeremonyReport {
        let access = TokenAccess(configuration: configuration, layout: self.layout, logger: logger)
        let ceremony = Ceremony(
            hierarchy: definitions.hierarchy,
            profiles: definitions.profiles,
            layout: self.layout,
            addresses: try PublicAddresses(base: configuration.publicURL),
            store: store,
            audit: store,
            environment: SystemEnvironment.authority(),
            withToken: access.withToken,
            operator: SystemEnvironment.user,
            logger: logger
        )
        let report = try await ceremony.perform()
        try await self.issueServiceCertificates(store, definitions, configuration, access, logger)
        try await self.writeAdminToken(store)
        return report
    }

    private func issueServiceCertificates(
        _ store: SQLiteStore,
        _ definitions: Definitions,
        _ configuration: SignetConfiguration,
        _ access: TokenAccess,
        _ logger: Logger
    ) async throws {
        let opened = try access.open(definitions.hierarchy.daemonTokens)
        do {
            let assembly = try AuthorityAssembly(
                layout: self.layout,
                definitions: definitions,
                tokens: opened.tokens,
                publicURL: configuration.publicURL,
                apiHost: configuration.api.host,
                store: store,
                logger: logger
            )
            for token in opened.tokens.values {
                try await within(.seconds(15), or: "token \(token.uri) does not answer") { try await token.ready() }
            }
            try await AccountKeys(layout: self.layout, hierarchy: definitions.hierarchy)
                .createOnToken(for: configuration.acme, tokens: opened.tokens)
            // A responder with a key in memory gets its certificate from the daemon that has the key.
            let services = assembly.serviceCertificates(
                layout: self.layout,
                api: configuration.api,
                responderKeys: .token,
                responders: ResponderRegister(),
                logger: logger
            ) { _ in }
            try await services.renewDue()
        } catch {
            try? await opened.close()
            throw error
        }
        try await opened.close()
    }

    private static func planner(
        _ definitions: Definitions,
        _ layout: StateLayout,
        _ publicURL: String
    ) throws -> [String] {
        _ = try PublicAddresses(base: publicURL)
        return Ceremony.plan(hierarchy: definitions.hierarchy, layout: layout)
    }

    private func createDirectories() throws(FileError) {
        try AtomicFile.createDirectory(self.layout.directory, mode: 0o755)
        for path in [
            self.layout.definitions, self.layout.profiles, self.layout.certificates, self.layout.crls,
            self.layout.transcripts, self.layout.policies,
        ] {
            try AtomicFile.createDirectory(path, mode: 0o755)
        }
        for path in [self.layout.secrets, self.layout.tokens, self.layout.log] {
            try AtomicFile.createDirectory(path, mode: 0o700)
        }
    }

    /// The definitions to start from: the option's, or those beside the working directory.
    private func hierarchySource() throws(ConfigurationError) -> String {
        if AtomicFile.exists(self.layout.hierarchy) { return self.layout.hierarchy }
        if let hierarchy = self.hierarchy { return hierarchy }
        guard AtomicFile.exists("ca/hierarchy.yaml") else {
            throw ConfigurationError("no hierarchy: give --hierarchy FILE; the project's own is ca/hierarchy.yaml")
        }
        return "ca/hierarchy.yaml"
    }

    /// Copies the definitions, profiles first: a hierarchy in place says that all are.
    private func copyDefinitions() throws {
        let source = try self.hierarchySource()
        guard source != self.layout.hierarchy else { return }
        _ = try Definitions(hierarchy: source)
        for file in try Definitions.profileFiles(beside: source) {
            let target = "\(self.layout.profiles)/\(URL(fileURLWithPath: file).lastPathComponent)"
            try AtomicFile.write(try readText(file).utf8, to: target, mode: 0o644)
        }
        try AtomicFile.write(try readText(source).utf8, to: self.layout.hierarchy, mode: 0o644)
    }

    /// Draws the PINs of the tokens that the state directory holds.
    private func writeSecrets(_ hierarchy: HierarchyDefinition) throws(FileError) {
        guard !AtomicFile.exists(self.layout.configuration) else { return }
        for token in hierarchy.tokens {
            for path in [self.layout.pin(token), "\(self.layout.secrets)/\(token).so-pin"]
            where !AtomicFile.exists(path) {
                var generator = SystemRandomNumberGenerator()
                let pin = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }.hexadecimal
                try AtomicFile.write("\(pin)\n".utf8, to: path, mode: 0o600)
            }
        }
    }

    private func writeConfiguration(_ hierarchy: HierarchyDefinition) throws {
        guard !AtomicFile.exists(self.layout.configuration) else { return }
        let text = ConfigurationTemplate(
            api: try ListenAddress(self.api ?? SignetConfiguration.defaultAPI, key: "--api").description,
            publicURL: try PublicAddresses(base: self.publicURL ?? SignetConfiguration.defaultPublicURL).base,
            module: self.module ?? ConfigurationTemplate.softHSM,
            hierarchy: hierarchy
        ).text
        try AtomicFile.write(text.utf8, to: self.layout.configuration, mode: 0o644)
    }

    /// Writes what the registration authority goes by, unless it is there: the zones (none), and the policy to start from.
    private func writeRegistration() throws {
        if !AtomicFile.exists(self.layout.dns) {
            try AtomicFile.write(DNSDefinition.template.utf8, to: self.layout.dns, mode: 0o644)
        }
        guard !AtomicFile.exists(self.layout.policy) else { return }
        let source = Self.policySource(beside: self.hierarchy ?? "ca/hierarchy.yaml")
        _ = try PolicyFile.read(source)
        try AtomicFile.write(try readText(source).utf8, to: self.layout.policy, mode: 0o644)
    }

    /// The policy of the directory in which the hierarchy's lies: `policies/registration.yaml` beside `ca/`, else below the
    /// working directory.
    private static func policySource(beside hierarchy: String) -> String {
        let directory = URL(fileURLWithPath: hierarchy).deletingLastPathComponent().deletingLastPathComponent()
        let beside = directory.appendingPathComponent("policies/registration.yaml").path
        return AtomicFile.exists(beside) ? beside : "policies/registration.yaml"
    }

    /// Creates the first API token.
    ///
    /// When the file could not be written after that, another run creates another token.
    private func writeAdminToken(_ store: SQLiteStore) async throws {
        guard !AtomicFile.exists(self.layout.adminToken) else { return }
        let service = APITokenService(
            store: store,
            authenticator: Authenticator(store: store),
            generator: SystemRandomNumberGenerator(),
            now: SystemEnvironment.now
        )
        let (_, secret) = try await service.createToken(
            name: "admin",
            role: .admin,
            by: .operator(named: SystemEnvironment.user),
            from: .local
        )
        try AtomicFile.write("\(secret.reveal())\n".utf8, to: self.layout.adminToken, mode: 0o600)
    }
}

extension HierarchyDefinition {
    /// The tokens that the daemon opens: all but the root's.
    var daemonTokens: [String] { self.tokens.filter { $0 != self.root.key.token } }
}
