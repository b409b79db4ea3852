// A witness (C2SP tlog-witness): cosigns a log's checkpoint once it has seen that nothing of what it cosigned before is gone.

import Crypto
public import FoundationEssentials
import PKIX

/// What a witness remembers of the logs that it watches.
///
/// What it promises:
/// - **Durability.** When ``advance(_:from:)`` has returned true, the checkpoint outlives the loss of power.
/// - **Atomicity.** Comparing the size and storing the checkpoint are one step: of two that come from the same size, one gets
///   false.
public protocol WitnessStore: Sendable {
    /// The last checkpoint of an origin that was cosigned, with its signatures; nil for none.
    func latest(origin: String) async throws -> SignedCheckpoint?

    /// Stores a checkpoint as the last of its origin if the last has the size, which is 0 for none; false otherwise.
    func advance(_ checkpoint: SignedCheckpoint, from size: Int) async throws -> Bool
}

/// Answers logs that ask for cosignatures.
public struct WitnessServer: Sendable {
    private let logs: [LogIdentity]
    private let signer: any CheckpointSigner
    private let store: any WitnessStore
    private let now: @Sendable () -> Date

    /// Creates a witness.
    ///
    /// - Parameters:
    ///   - logs: those that it watches, with the keys that it trusts for each.
    ///   - signer: its key, which cosigns.
    /// - Throws: ``LogError`` with `.signingFailed` for a key that does not cosign.
    public init(
        logs: [LogIdentity],
        signer: any CheckpointSigner,
        store: any WitnessStore,
        now: @escaping @Sendable () -> Date
    ) throws(LogError) {
        guard signer.key.algorithm == .cosignature else {
            throw LogError(.signingFailed, "a witness signs with a key of type 4 (cosignature)")
        }
        self.logs = logs
        self.signer = signer
        self.store = store
        self.now = now
    }

    /// Answers `POST /add-checkpoint`.
    ///
    /// - Throws: What store or signer throw.
    public func addCheckpoint(_ body: [UInt8]) async throws -> WitnessAnswer {
        let request: AddCheckpointRequest
        do { request = try AddCheckpointRequest(body) } catch { return Self.refusal(400, error.reason) }
        let (new, oldSize) = (request.checkpoint.checkpoint, request.oldSize)
        guard let log = self.logs.first(where: { $0.origin.utf8.elementsEqual(new.origin.utf8) }) else {
            return Self.refusal(404, "this witness does not watch that log")
        }
        do { try log.check(request.checkpoint) } catch { return Self.refusal(403, error.reason) }
        guard oldSize <= new.size else { return Self.refusal(400, "the old size is greater than the checkpoint's") }
        let latest = try await self.store.latest(origin: log.origin)
        guard oldSize == latest?.size ?? 0 else { return Self.conflict(latest) }
        let old = latest?.checkpoint ?? Checkpoint(origin: log.origin, size: 0, root: .emptyTree)
        do { try new.check(follows: old, path: request.path) } catch { return Self.refusal(422, error.reason) }
        if let line = self.recentCosignature(of: request.checkpoint, in: latest) { return Self.answer(line) }
        return try await self.cosign(request, log, from: oldSize)
    }

    /// The cosignature of this very checkpoint, if it was made a moment ago.
    private func recentCosignature(of asked: SignedCheckpoint, in latest: SignedCheckpoint?) -> NoteSignature? {
        guard let latest, latest.note.text == asked.note.text,
            let line = latest.note.signatures.first(where: { self.signer.key.matches($0) }),
            let time = Cosignature(blob: line.blob)?.time
        else { return nil }
        let age = Int(self.now().timeIntervalSince1970) - time
        return (0..<Budget.witnessAnswerSeconds).contains(age) ? line : nil
    }

    // "The witness MUST persist the new checkpoint before responding."
    private func cosign(_ request: AddCheckpointRequest, _ log: LogIdentity, from size: Int) async throws
        -> WitnessAnswer
    {
        let time = Int(self.now().timeIntervalSince1970)
        let cosignature = try await self.signer.signature(over: request.checkpoint.note.text, time: time)
        // Of the log's signatures only those that were verified are kept.
        let own = request.checkpoint.note.signatures.filter { line in log.keys.contains { $0.matches(line) } }
        let note = try SignedNote(text: request.checkpoint.note.text, signatures: own + [cosignature])
        guard try await self.store.advance(try SignedCheckpoint(note), from: size) else {
            return Self.conflict(try await self.store.latest(origin: log.origin))
        }
        return Self.answer(cosignature)
    }

    /// Answers `GET /<origin hash>/checkpoint`: the last checkpoint of a log that was cosigned; nil for none.
    public func checkpoint(originHash: String) async throws -> [UInt8]? {
        for log in self.logs where Array(SHA256.hash(data: Array(log.origin.utf8))).hexadecimal == originHash {
            return try await self.store.latest(origin: log.origin)?.bytes
        }
        return nil
    }

    private static func answer(_ cosignature: NoteSignature) -> WitnessAnswer {
        WitnessAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: cosignature.line)
    }

    private static func conflict(_ latest: SignedCheckpoint?) -> WitnessAnswer {
        WitnessAnswer(
            status: 409,
            contentType: WitnessAnswer.sizeMediaType,
            body: Array("\(latest?.size ?? 0)\n".utf8)
        )
    }

    private static func refusal(_ status: Int, _ reason: String) -> WitnessAnswer {
        WitnessAnswer(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(reason)\n".utf8))
    }
}
