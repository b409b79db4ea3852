// From the configuration's PKCS#11 URIs to open tokens.

import AtomicFiles
import CertificateAuthority
import Foundation
import Glibc
import Logging
import PKIX
import Signing

/// Opens tokens as the configuration names them.
struct TokenAccess: Sendable {
    let configuration: SignetConfiguration
    let layout: StateLayout
    let logger: Logger

    /// How long a command waits for a token that should be there.
    private static let patience = Duration.seconds(15)

    /// A module with the tokens of it that are open.
    struct Opened: Sendable {
        let module: CryptokiModule
        let tokens: [String: Token]

        /// Ends the tokens' threads and lets the module go.
        func close() async throws {
            for token in self.tokens.values { await token.shutdown() }
            try self.module.close()
        }
    }

    /// Opens tokens of one module; they connect in the background.
    ///
    /// - Throws: ``ConfigurationError`` when the configuration lacks one or they are of different modules.
    func open(_ names: [String]) throws -> Opened {
        let locations = try names.map { try self.location($0) }
        guard let first = locations.first else { throw ConfigurationError("tokens: none is configured") }
        guard locations.allSatisfy({ $0.uri.modulePath == first.uri.modulePath && $0.directory == first.directory })
        else {
            throw ConfigurationError(
                "tokens: those that the daemon opens (\(names.joined(separator: ", "))) must be of one module and directory"
            )
        }
        let module = try self.load(first)
        var tokens: [String: Token] = [:]
        for (name, location) in zip(names, locations) {
            tokens[name] = Token(
                module: module,
                uri: location.uri,
                pin: try self.pin(of: location, name: name),
                configuration: self.tokenConfiguration,
                clock: SystemEnvironment.clock,
                logger: self.logger
            )
        }
        return Opened(module: module, tokens: tokens)
    }

    /// Opens one token for a ceremony, preparing it when it is new, and closes it when the body returns.
    func withToken(_ name: String, _ body: @Sendable (Token) async throws -> Void) async throws {
        try await self.prepare(name)
        let opened = try self.open([name])
        do {
            guard let token = opened.tokens[name] else { return }
            try await within(Self.patience, or: "token '\(name)' does not answer") { try await token.ready() }
            try await body(token)
        } catch {
            try? await opened.close()
            throw error
        }
        try await opened.close()
    }

    /// Initialises a token of the state directory, unless it is there.
    ///
    /// Tokens elsewhere are their operator's to initialise.
    private func prepare(_ name: String) async throws {
        let location = try self.location(name)
        guard location.directory != nil, let label = location.uri.token else { return }
        let module = try self.load(location)
        do {
            // Finishes a token that a crash left without a PIN; one that is complete is kept as it is.
            _ = try await Token.initialize(
                module: module,
                label: label,
                soPIN: try self.secret("\(self.layout.secrets)/\(name).so-pin"),
                userPIN: try self.pin(of: location, name: name)
            )
        } catch let error as SigningError where error.code == .tokenExists {
            self.logger.debug("token exists", metadata: ["token": "\(name)"])
        } catch {
            try? module.close()
            throw error
        }
        try module.close()
    }

    private func location(_ name: String) throws(ConfigurationError) -> SignetConfiguration.TokenLocation {
        guard let location = self.configuration.tokens[name] else {
            throw ConfigurationError(
                "\(self.layout.configuration): tokens: '\(name)', which the hierarchy names, is missing"
            )
        }
        return location
    }

    private func load(_ location: SignetConfiguration.TokenLocation) throws -> CryptokiModule {
        guard let path = location.uri.modulePath else {
            throw ConfigurationError("\(self.layout.configuration): \(location.uri): module-path is missing")
        }
        if let directory = location.directory { try self.configureSoftHSM(directory) }
        return try CryptokiModule(path: path)
    }

    /// Points SoftHSM at a token directory.
    ///
    /// SoftHSM reads the variable when the module is initialised.
    private func configureSoftHSM(_ directory: String) throws(FileError) {
        try AtomicFile.createDirectory(directory, mode: 0o700)
        let file = "\(directory).conf"
        let text =
            "directories.tokendir = \(directory)\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n"
        if (try? AtomicFile.read(file)) != Array(text.utf8) {
            try AtomicFile.write(text.utf8, to: file, mode: 0o600)
        }
        setenv("SOFTHSM2_CONF", file, 1)
    }

    private func pin(of location: SignetConfiguration.TokenLocation, name: String) throws -> PIN {
        guard let text = location.uri.pinSource else {
            throw ConfigurationError(
                "\(self.layout.configuration): tokens.\(name).uri: pin-source is missing; write pin-source=file:PATH or env:NAME"
            )
        }
        return try PINSource(text).read(environment: SystemEnvironment.variable)
    }

    private func secret(_ path: String) throws -> PIN {
        try PINSource.file(path: path).read(environment: SystemEnvironment.variable)
    }

    private var tokenConfiguration: TokenConfiguration {
        var configuration = TokenConfiguration()
        configuration.sessions = self.configuration.signingSessions
        configuration.queueBound = self.configuration.signingQueue
        return configuration
    }
}

/// Runs a body, but not for longer than a bound.
func within<Result: Sendable>(
    _ bound: Duration,
    or complaint: String,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await SystemEnvironment.sleep(bound)
            throw ConfigurationError("\(complaint) within \(bound)")
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
