// Asks witnesses for cosignatures, all at once, and waits only as long as the policy says.

public import FoundationEssentials
public import Logging
import Synchronization

/// A witness that is asked.
public struct WitnessEndpoint: Hashable, Sendable {
    /// Its submission prefix, without a slash at the end.
    public let address: String
    /// Its key, of type 4 (cosignature).
    public let key: VerifierKey

    /// Creates an endpoint.
    public init(address: String, key: VerifierKey) {
        self.address = address
        self.key = key
    }
}

/// How many witnesses must cosign, and how long they are waited for.
public struct WitnessPolicy: Hashable, Sendable {
    /// Fewer cosignatures than these keep a checkpoint from being published; 0 when a log goes on without.
    public let required: Int
    /// How long a batch waits for cosignatures.
    public let patience: Duration

    /// Creates a policy.
    public init(required: Int = 0, patience: Duration = .seconds(2)) {
        self.required = required
        self.patience = patience
    }
}

/// Sends the body of `add-checkpoint` to an address and gives the answer.
public typealias WitnessTransport =
    @Sendable (_ address: String, _ body: [UInt8]) async throws -> WitnessAnswer

/// Gets cosignatures from witnesses.
public final class WitnessClient: CheckpointWitnessing {
    private struct Memory {
        /// The size that the witness is known to have seen.
        var size = 0
        /// Until when it is not asked, after a failure.
        var restsUntil = Date.distantPast
    }

    private let witnesses: [WitnessEndpoint]
    private let policy: WitnessPolicy
    private let transport: WitnessTransport
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let memory = Mutex<[VerifierKey: Memory]>([:])

    /// Creates a client.
    ///
    /// - Throws: ``LogError`` with `.notWitnessed` for a policy that these witnesses cannot fulfil.
    public init(
        witnesses: [WitnessEndpoint],
        policy: WitnessPolicy,
        transport: @escaping WitnessTransport,
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        logger: Logger
    ) throws(LogError) {
        guard witnesses.allSatisfy({ $0.key.algorithm == .cosignature }),
            policy.required <= Set(witnesses.map(\.key.publicKey)).count
        else { throw LogError(.notWitnessed, "the policy demands more witnesses than there are keys of type 4") }
        self.witnesses = witnesses
        self.policy = policy
        self.transport = transport
        self.now = now
        self.sleep = sleep
        self.logger = logger
    }

    /// The witnesses' keys.
    public var keys: [VerifierKey] { self.witnesses.map(\.key) }

    /// Asks all witnesses that do not rest.
    public func cosign(_ checkpoint: SignedCheckpoint, nodes: any NodeReader) async throws -> [NoteSignature] {
        let asked = self.witnesses.filter { self.memory(of: $0).restsUntil <= self.now() }
        let signatures = await withTaskGroup(of: (WitnessEndpoint, NoteSignature?)?.self) { group in
            for witness in asked {
                group.addTask { (witness, await self.ask(witness, checkpoint, nodes)) }
            }
            group.addTask {
                try? await self.sleep(self.policy.patience)
                return nil
            }
            var signatures: [WitnessEndpoint: NoteSignature] = [:]
            var answers = 0
            while answers < asked.count, let next = await group.next() {
                // The patience is over: who has not answered by now rests, so that the next batch need not wait for it.
                guard let (witness, signature) = next else { break }
                answers += 1
                signatures[witness] = signature
            }
            group.cancelAll()
            return signatures
        }
        for witness in asked where signatures[witness] == nil { self.rest(witness) }
        let count = Set(signatures.keys.map(\.key.publicKey)).count
        guard count >= self.policy.required else {
            throw LogError(.notWitnessed, "\(count) witnesses cosigned; \(self.policy.required) are demanded")
        }
        return self.witnesses.compactMap { signatures[$0] }
    }

    private func ask(
        _ witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader
    ) async -> NoteSignature? {
        do {
            let known = self.memory(of: witness).size
            // What it knows can be greater only after a restart of ours, or because it has seen another log than ours.
            var old = min(known, checkpoint.size)
            var answer = try await self.send(witness, checkpoint, nodes, from: old)
            if answer.status == 409 {
                old = try self.size(in: answer, checkpoint)
                answer = try await self.send(witness, checkpoint, nodes, from: old)
            }
            return try self.cosignature(in: answer, of: witness, checkpoint)
        } catch {
            let metadata: Logger.Metadata = ["witness": "\(witness.key.name)", "error": "\(error)"]
            if (error as? LogError)?.code == .rolledBack {
                self.logger.critical("a witness has seen a longer log than ours", metadata: metadata)
            } else {
                self.logger.warning("a witness did not cosign", metadata: metadata)
            }
            return nil
        }
    }

    private func send(
        _ witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader,
        from old: Int
    ) async throws -> WitnessAnswer {
        let path = try await nodes.consistencyPath(from: old, to: checkpoint.size)
        let request = AddCheckpointRequest(oldSize: old, path: path, checkpoint: checkpoint)
        return try await self.transport("\(witness.address)/add-checkpoint", request.bytes)
    }

    /// The size in an answer of status 409.
    private func size(in answer: WitnessAnswer, _ checkpoint: SignedCheckpoint) throws(LogError) -> Int {
        guard answer.body.count <= 20, answer.body.last == UInt8(ascii: "\n"),
            let size = Decimal.decode(String(decoding: answer.body.dropLast(), as: UTF8.self))
        else { throw LogError(.notWitnessed, "it answered 409 without a size") }
        guard size <= checkpoint.size else {
            throw LogError(
                .rolledBack,
                "it has cosigned \(size) entries, and the log has \(checkpoint.size): ours was rolled back, or forked"
            )
        }
        return size
    }

    private func cosignature(
        in answer: WitnessAnswer,
        of witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint
    ) throws(LogError) -> NoteSignature {
        guard answer.status == 200, answer.body.count <= Budget.witnessAnswerBytes else {
            throw LogError(.notWitnessed, "it answered with status \(answer.status)")
        }
        // "The client MUST ignore any cosignatures from unknown keys."
        let lines = try NoteSignature.parse(lines: answer.body)
        guard let line = lines.first(where: { witness.key.matches($0) }),
            witness.key.isValid(line, over: checkpoint.note.text)
        else { throw LogError(.notWitnessed, "its answer has no cosignature of its key") }
        self.memory.withLock { $0[witness.key] = Memory(size: checkpoint.size) }
        return line
    }

    private func memory(of witness: WitnessEndpoint) -> Memory {
        self.memory.withLock { $0[witness.key] ?? Memory() }
    }

    private func rest(_ witness: WitnessEndpoint) {
        let until = self.now().addingTimeInterval(Budget.witnessBackOffSeconds)
        self.memory.withLock { $0[witness.key, default: Memory()].restsUntil = until }
    }
}
