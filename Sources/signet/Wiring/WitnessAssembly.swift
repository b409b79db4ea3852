// A witness of other logs on a state directory: its key on the token, its memory in `witness/`.

import AtomicFiles
import AuditLog
import CertificateAuthority
import Foundation
import Logging
import PKIX
import Persistence
import ServiceLifecycle
import Signing
import Telemetry
import TransparencyLog
import UnixSignals
import WebAPI

extension StateLayout {
    /// What the witness remembers.
    var witness: String { "\(self.directory)/witness" }
}

/// The witness of a state directory.
struct WitnessAssembly: Sendable {
    /// The label of the witness's key on the log's token.
    static let keyLabel = "log-witness"
    /// How long a command waits for the token.
    private static let patience = Duration.seconds(15)

    let layout: StateLayout
    let configuration: SignetConfiguration
    let definition: WitnessDefinition
    let logger: Logger

    /// Reads the configuration of a state directory.
    ///
    /// - Throws: ``ConfigurationError`` when it has no section `witness`.
    init(_ layout: StateLayout, flags: [String: String]) async throws {
        self.configuration = try await SignetConfiguration(layout, flags: flags)
        Observability.bootstrapLogging(level: self.configuration.logLevel, format: self.configuration.logFormat)
        guard let definition = self.configuration.witness else {
            throw ConfigurationError(
                "\(layout.configuration): a section 'witness' is missing: {name: witness.example/NAME, logs: {NAME: {keys: [KEY]}}}"
            )
        }
        self.definition = definition
        self.layout = layout
        self.logger = Logger(label: "signet")
    }

    /// Runs a body with the witness's key, which is made when there is none.
    func withSigner(_ body: (any CheckpointSigner) async throws -> Void) async throws {
        let hierarchy = try Definitions(hierarchy: self.layout.hierarchy).hierarchy
        let access = TokenAccess(configuration: self.configuration, layout: self.layout, logger: self.logger)
        let opened = try access.open([hierarchy.log.token])
        do {
            guard let token = opened.tokens[hierarchy.log.token] else { return }
            try await within(Self.patience, or: "token '\(hierarchy.log.token)' does not answer") {
                try await token.ready()
            }
            try await body(try await self.signer(on: token, named: hierarchy.log.token))
        } catch {
            try? await opened.close()
            throw error
        }
        try await opened.close()
    }

    /// Witnesses until SIGTERM or SIGINT.
    func serve(listen: String?) async throws {
        let address = try ListenAddress(public: listen ?? self.definition.listen, key: "witness.listen")
        let metrics = Observability.bootstrapMetrics()
        try await self.withSigner { signer in
            // Comparing and storing are one step in one process alone.
            let lock = try StateDirectoryLock(directory: self.layout.witness)
            defer { withExtendedLifetime(lock) {} }
            let server = try WitnessServer(
                logs: self.definition.logs,
                signer: signer,
                store: FileWitnessStore(directory: self.layout.witness, onPersisted: Failpoint.onWitnessPersisted),
                now: SystemEnvironment.now
            )
            let group = ServiceGroup(
                services: [self.listener(server, signer.key, address, metrics)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: self.logger
            )
            try await group.run()
        }
    }

    private func listener(
        _ server: WitnessServer,
        _ key: VerifierKey,
        _ address: ListenAddress,
        _ metrics: MetricsRegistry
    ) -> WitnessListener {
        var limits = ServerLimits()
        limits.connections = FileLimit.connections(
            atMost: self.configuration.maximumConnections,
            besides: 0,
            logger: self.logger
        )
        return WitnessListener(
            WitnessListener.Handlers(
                addCheckpoint: { body in
                    let answer = try await server.addCheckpoint(body)
                    return WitnessReply(status: answer.status, contentType: answer.contentType, body: answer.body)
                },
                checkpoint: { try await server.checkpoint(originHash: $0) },
                exposition: { metrics.exposition() }
            ),
            host: address.host,
            port: address.port,
            limits: limits,
            build: BuildInformation(version: Version.current, swift: Version.swift),
            now: SystemEnvironment.now,
            logger: self.logger,
            onBound: { port in
                let lines = "signet \(Version.current) witnesses \(address.with(port: port))\n\(key)\n"
                FileHandle.standardOutput.write(Data(lines.utf8))
            }
        )
    }

    private func signer(on token: Token, named name: String) async throws -> any CheckpointSigner {
        let found = try await self.key(on: token, named: name)
        let publicKey = try SubjectPublicKey(derEncoded: found.subjectPublicKeyInfo)
        guard found.type == .ed25519 else {
            throw ConfigurationError(
                "key '\(Self.keyLabel)' on token '\(name)' is \(found.type); a witness's is Ed25519"
            )
        }
        return TokenCheckpointSigner(
            key: try VerifierKey(
                name: self.definition.name,
                algorithm: .cosignature,
                publicKey: publicKey.keyBytes
            ),
            signer: TokenSigner(token: token, label: Self.keyLabel, publicKey: publicKey)
        )
    }

    /// The key, with its memory: one without the other is refused, since a witness that has forgotten could cosign a fork.
    private func key(on token: Token, named name: String) async throws -> TokenKey {
        do {
            let found = try await token.key(label: Self.keyLabel)
            guard AtomicFile.exists(self.layout.witness) else {
                throw ConfigurationError(
                    """
                    \(self.layout.witness) is gone, and the witness's key is there: a witness that forgot what it has cosigned \
                    may cosign a fork; restore the directory, or retire the key '\(Self.keyLabel)' on token '\(name)'
                    """
                )
            }
            return found
        } catch let error as SigningError where error.code == .keyNotFound {
            try AtomicFile.createDirectory(self.layout.witness, mode: 0o700)
            let made = try await token.generateKeyPair(.ed25519, label: Self.keyLabel, id: Array(Self.keyLabel.utf8))
            try await self.record(made, name)
            return made
        }
    }

    private func record(_ key: TokenKey, _ token: String) async throws {
        let sha256 = try SubjectPublicKey(derEncoded: key.subjectPublicKeyInfo).sha256.hexadecimal
        let store = try SQLiteStore(path: self.layout.database, creating: false, clock: SystemEnvironment.clock)
        do {
            try await store.append([
                AuditEvent(
                    at: SystemEnvironment.now(),
                    actor: "operator:\(SystemEnvironment.user)",
                    action: .ceremony,
                    object: "key:\(token)/\(Self.keyLabel)",
                    details: ["type": "\(key.type)", "sha256": sha256, "generated": "true"]
                )
            ])
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
