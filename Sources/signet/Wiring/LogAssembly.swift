// The transparency log of a state directory: keys, files, store, and what runs for long.

import AtomicFiles
import CertificateAuthority
import Foundation
import JOSE
import JSON
import Logging
import PKIX
import Persistence
import RegistrationAuthority
import ServiceLifecycle
import Signing
import SwiftASN1
import TransparencyLog
import X509

/// A log's name, keys and files, as anyone can read them who has the state directory.
struct LogFiles: Sendable {
    let identity: LogIdentity
    let storage: FileTileStorage
    /// Where a daemon keeps what it computes for proofs.
    let nodesPath: String
    /// The keys in use: Ed25519, P-256.
    let keys: [VerifierKey]
    let publicKeys: [SubjectPublicKey]

    /// Opens the log's files.
    ///
    /// The origin is written once, from the public address of that time: a log never changes its name.
    init(_ layout: StateLayout, _ hierarchy: HierarchyDefinition, publicURL: String) throws {
        guard hierarchy.log.type == .ed25519 else {
            throw ConfigurationError("\(layout.hierarchy): log.key must be Ed25519: witnesses take no other")
        }
        let origin = try Self.origin(layout, publicURL: publicURL)
        let publicKeys = try hierarchy.logKeys.map { try Self.publicKey(in: layout.certificate($0.label), layout) }
        self.keys = try zip(publicKeys, [VerifierKey.Algorithm.ed25519, .ecdsaP256]).map { key, algorithm in
            let octets = algorithm == .ed25519 ? key.keyBytes : key.subjectPublicKeyInfo
            return try VerifierKey(name: origin, algorithm: algorithm, publicKey: octets)
        }
        let retired = "\(layout.log)/retired-keys"
        let former =
            AtomicFile.exists(retired) ? try readText(retired).split(separator: "\n").map(VerifierKey.init) : []
        self.publicKeys = publicKeys
        self.identity = LogIdentity(origin: origin, keys: self.keys + former)
        self.storage = try FileTileStorage(directory: "\(layout.log)/public")
        self.nodesPath = "\(layout.log)/nodes"
    }

    private static func origin(_ layout: StateLayout, publicURL: String) throws -> String {
        let path = "\(layout.log)/origin"
        if !AtomicFile.exists(path) {
            let origin = publicURL.replacing(/^[a-z]+:\/\//, with: "")
            try AtomicFile.write("\(origin)\n".utf8, to: path, mode: 0o644)
        }
        return try readText(path).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func publicKey(in path: String, _ layout: StateLayout) throws -> SubjectPublicKey {
        guard AtomicFile.exists(path) else {
            throw ConfigurationError(
                "\(path): no such file; run 'signet init --state \(layout.directory)' again: it adds the log's keys"
            )
        }
        return try SubjectPublicKey(derEncoded: PEMDocument(pemString: try readText(path)).derBytes)
    }
}

/// A key of the log on its token.
struct TokenCheckpointSigner: CheckpointSigner {
    let key: VerifierKey
    let signer: TokenSigner

    func sign(_ message: [UInt8]) async throws -> [UInt8] {
        try await self.signer.signature(
            for: message,
            scheme: self.key.algorithm == .ecdsaP256 ? .ecdsaSHA256 : .ed25519
        )
    }
}

/// Signs agents' events as this registration authority, and attests them as the log, both with the log's P-256 key.
private struct EventProducer: AgentEventSealing {
    let key: JSONWebKey
    let signer: any CheckpointSigner
    let environment: RegistrationEnvironment

    func seal(_ event: JSONValue) async throws -> [UInt8] {
        let sign: JWSSigner = { algorithm, input in
            try algorithm.signature(fromCertificateForm: try await self.signer.sign(input))
        }
        do {
            return try await LogEnvelope.sign(
                event,
                logID: self.environment.drawID().description,
                key: self.key,
                log: (self.key, sign),
                signer: sign
            ).entry()
        } catch let error as LogError where error.code == .invalidEntry {
            throw UnsealableEvent(error.reason)
        }
    }
}

/// The log, as a daemon runs it.
struct LogAssembly: Sendable {
    let publicLog: PublicLog
    let sequencer: Sequencer
    let witnesses: WitnessClient?
    let integration: IntegrationProof
    let backlog: LogBacklogWatch
    let services: [any Service]

    init(
        _ files: LogFiles,
        _ definitions: Definitions,
        tokens: [String: Token],
        store: SQLiteStore,
        environment: RegistrationEnvironment,
        raID: String,
        witnesses: LogWitnesses = .none,
        settings: SequencerSettings = SequencerSettings(),
        logger: Logger
    ) throws {
        self.witnesses = try witnesses.client(of: files.identity, logger: logger)
        let log = definitions.hierarchy.log
        guard let token = tokens[log.token] else {
            throw ConfigurationError("tokens: '\(log.token)', which the hierarchy names for the log, is not open")
        }
        let signers = zip(zip(files.keys, files.publicKeys), definitions.hierarchy.logKeys).map { keys, definition in
            TokenCheckpointSigner(
                key: keys.0,
                signer: TokenSigner(token: token, label: definition.label, publicKey: keys.1)
            )
        }
        let sequencer = try Sequencer(
            storage: files.storage,
            outbox: store,
            identity: files.identity,
            signers: signers,
            witnesses: self.witnesses,
            settings: settings,
            holder: UUID().uuidString.lowercased(),
            now: SystemEnvironment.now,
            clock: SystemEnvironment.clock,
            onStep: Failpoint.onBatchStep,
            logger: logger
        )
        let producer = EventProducer(
            key: try JSONWebKey(subjectPublicKeyInfo: files.publicKeys[1].subjectPublicKeyInfo),
            signer: signers[1],
            environment: environment
        )
        self.sequencer = sequencer
        self.integration = IntegrationProof(sequencer: sequencer, numbers: store)
        self.backlog = LogBacklogWatch(
            source: store,
            now: SystemEnvironment.now,
            sleep: SystemEnvironment.sleep,
            logger: logger
        )
        self.publicLog = PublicLog(
            storage: files.storage,
            identity: files.identity,
            lookup: store,
            signer: signers[1],
            nodes: Self.nodeFile(at: files.nodesPath, logger),
            now: SystemEnvironment.now
        )
        let sealer = AgentEventSealer(
            outbox: store,
            sealing: producer,
            raID: raID,
            sleep: SystemEnvironment.sleep,
            logger: logger
        )
        self.services = [sealer, sequencer, self.backlog]
    }

    /// Proofs are slower without it, and no less right.
    private static func nodeFile(at path: String, _ logger: Logger) -> NodeFile? {
        do throws(LogError) { return try NodeFile(path: path) } catch {
            let metadata: Logger.Metadata = ["error": "\(error.reason)"]
            logger.warning("proofs are computed each time, for nothing can be kept of them", metadata: metadata)
            return nil
        }
    }
}
