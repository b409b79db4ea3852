// A transparency log over a real store and a directory, with keys in memory.

import Crypto
public import Foundation
public import JOSE
public import JSON
import Logging
public import Persistence
public import RegistrationAuthority
import Synchronization
public import TransparencyLog

/// A P-256 or Ed25519 key of a log, which counts its signatures.
public final class BenchLogSigner: CheckpointSigner {
    private enum PrivateKey {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    public let key: VerifierKey
    private let privateKey: PrivateKey
    private let signatures = Mutex(0)

    init(_ origin: String, _ algorithm: VerifierKey.Algorithm) throws {
        switch algorithm {
        case .ecdsaP256:
            let key = P256.Signing.PrivateKey()
            let publicKey = Array(key.publicKey.derRepresentation)
            self.key = try VerifierKey(name: origin, algorithm: algorithm, publicKey: publicKey)
            self.privateKey = .p256(key)
        default:
            let key = Curve25519.Signing.PrivateKey()
            let publicKey = Array(key.publicKey.rawRepresentation)
            self.key = try VerifierKey(name: origin, algorithm: algorithm, publicKey: publicKey)
            self.privateKey = .ed25519(key)
        }
    }

    /// How many it has made.
    public var count: Int { self.signatures.withLock { $0 } }

    public func sign(_ message: [UInt8]) async throws -> [UInt8] {
        self.signatures.withLock { $0 += 1 }
        switch self.privateKey {
        case .ed25519(let key): return Array(try key.signature(for: message))
        case .p256(let key): return Array(try key.signature(for: SHA256.hash(data: message)).derRepresentation)
        }
    }
}

/// A log.
public struct LogBench: Sendable {
    public static let origin = "log.example/bench"

    public let store: SQLiteStore
    public let identity: LogIdentity
    public let storage: FileTileStorage
    public let sequencer: Sequencer
    /// As the public sees it, at the instant of the clock.
    public let log: PublicLog
    /// Signs receipts, status tokens and events.
    public let signer: BenchLogSigner
    public let producerKey: JSONWebKey

    /// - Parameters:
    ///   - directory: is created.
    ///   - now: the clock of what is read; the log's own is the machine's.
    public init(directory: String, store: SQLiteStore, now: @escaping @Sendable () -> Date) throws {
        let note = try BenchLogSigner(Self.origin, .ed25519)
        // The checkpoints have a P-256 line of a key of its own, so that what is signed for strangers can be counted.
        let line = try BenchLogSigner(Self.origin, .ecdsaP256)
        self.signer = try BenchLogSigner(Self.origin, .ecdsaP256)
        self.identity = LogIdentity(origin: Self.origin, keys: [note.key, line.key, self.signer.key])
        self.storage = try FileTileStorage(directory: directory)
        self.store = store
        self.producerKey = try JSONWebKey(subjectPublicKeyInfo: self.signer.key.publicKey)
        self.sequencer = try Sequencer(
            storage: self.storage,
            outbox: store,
            identity: self.identity,
            signers: [note, line],
            settings: SequencerSettings(interval: .milliseconds(5), failurePause: .milliseconds(5)),
            holder: UUID().uuidString,
            now: { Date() },
            clock: ContinuousClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.log = PublicLog(
            storage: self.storage,
            identity: self.identity,
            lookup: store,
            signer: self.signer,
            now: now
        )
    }

    /// Waits for proofs.
    public var integration: IntegrationProof { IntegrationProof(sequencer: self.sequencer, numbers: self.store) }

    /// Seals and integrates while a body runs.
    public func running<Value>(_ body: () async throws -> Value) async throws -> Value {
        let sealer = AgentEventSealer(
            outbox: self.store,
            sealing: self,
            raID: "ra.example",
            sleep: { try await Task.sleep(for: min($0, .milliseconds(5))) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let work = [Task { try await self.sequencer.run() }, Task { try await sealer.run() }]
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        for task in work { task.cancel() }
        for task in work { _ = await task.result }
        return try result.get()
    }

    /// Whether something waits, or nothing was published yet.
    private func isBehind() async throws -> Bool {
        guard try await self.storage.checkpoint() != nil else { return true }
        return try await self.store.logBacklog().unloggedSince != nil
    }

    /// Integrates all that was committed.
    ///
    /// - Throws: ``LogError`` with `.timedOut` when that takes two minutes.
    public func integrate() async throws {
        try await self.running {
            let deadline = ContinuousClock.now + .seconds(120)
            while try await self.isBehind() {
                guard .now < deadline else { throw LogError(.timedOut, "what was committed is not integrated") }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }
}

extension LogBench: AgentEventSealing {
    public func seal(_ event: JSONValue) async throws -> [UInt8] {
        let sign: JWSSigner = { algorithm, input in
            try algorithm.signature(fromCertificateForm: try await self.signer.sign(input))
        }
        do {
            return try await LogEnvelope.sign(
                event,
                logID: UUID().uuidString.lowercased(),
                key: self.producerKey,
                log: (self.producerKey, sign),
                signer: sign
            ).entry()
        } catch let error as LogError where error.code == .invalidEntry {
            throw UnsealableEvent(error.reason)
        }
    }
}
