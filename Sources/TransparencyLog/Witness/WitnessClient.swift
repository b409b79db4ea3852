// Asks witnesses for cosignatures, all at once, and waits only as long as the policy says.
//
// What a witness says is believed where its signature proves it. That it has seen a longer log than ours, or another, is
// believed if it shows a checkpoint with our own signature: then ours was rolled back, and publishing on would fork it.

import Crypto
public import FoundationEssentials
public import Logging
import PKIX
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

/// Sends the body of `add-checkpoint` to an address and gives the answer; it ends soon after its task is cancelled.
public typealias WitnessTransport =
    @Sendable (_ address: String, _ body: [UInt8]) async throws -> WitnessAnswer

/// How a witness's claim to know another log than ours is looked into.
public struct WitnessClaims: Sendable {
    /// Our log: its keys decide what the claim is worth.
    public let identity: LogIdentity
    /// Reads what is at an address; nil for nothing.
    public let fetch: @Sendable (_ address: String) async throws -> [UInt8]?

    /// Creates the way to look.
    public init(
        identity: LogIdentity,
        fetch: @escaping @Sendable (_ address: String) async throws -> [UInt8]?
    ) {
        self.identity = identity
        self.fetch = fetch
    }
}

/// Gets cosignatures from witnesses.
public final class WitnessClient: CheckpointWitnessing {
    enum Outcome {
        case cosigned(NoteSignature)
        case failed(String)
        case forked(LogError)
    }

    let witnesses: [WitnessEndpoint]
    let policy: WitnessPolicy
    let transport: WitnessTransport
    let claims: WitnessClaims?
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let metrics = WitnessMetrics()
    private let memory: Mutex<[VerifierKey: WitnessStatus]>

    /// Creates a client.
    ///
    /// - Parameter claims: how a claim to know another log than ours is looked into; without it, it is only logged.
    /// - Throws: ``LogError`` with `.notWitnessed` for a policy that these witnesses cannot fulfil.
    public init(
        witnesses: [WitnessEndpoint],
        policy: WitnessPolicy,
        transport: @escaping WitnessTransport,
        claims: WitnessClaims? = nil,
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
        self.claims = claims
        self.now = now
        self.sleep = sleep
        self.logger = logger
        self.memory = Mutex(Dictionary(witnesses.map { ($0.key, WitnessStatus($0)) }) { first, _ in first })
    }

    /// The witnesses' keys.
    public var keys: [VerifierKey] { self.witnesses.map(\.key) }

    /// How each witness last answered.
    public var statuses: [WitnessStatus] { self.witnesses.map { self.status(of: $0) } }

    /// Asks the witnesses that do not rest; all, if those are too few.
    ///
    /// - Throws: ``LogError`` with `.notWitnessed`; with `.inconsistent` when a witness shows a checkpoint with our own
    ///   signature that this one does not go on from.
    public func cosign(_ checkpoint: SignedCheckpoint, nodes: any NodeReader) async throws -> [NoteSignature] {
        let started = self.now()
        let awake = self.witnesses.filter { self.status(of: $0).restsUntil ?? .distantPast <= started }
        let asked = Set(awake.map(\.key.publicKey)).count < self.policy.required ? self.witnesses : awake
        let outcomes = await self.outcomes(of: asked, checkpoint, nodes)
        for witness in asked {
            self.note(outcomes[witness] ?? .failed("it did not answer in time"), of: witness, checkpoint.size)
        }
        for case .forked(let error) in outcomes.values { throw error }
        let cosignatures = self.witnesses.compactMap { witness -> (key: VerifierKey, line: NoteSignature)? in
            guard case .cosigned(let line)? = outcomes[witness] else { return nil }
            return (witness.key, line)
        }
        let count = Set(cosignatures.map(\.key.publicKey)).count
        self.metrics.asked(count, in: .seconds(self.now().timeIntervalSince(started)))
        guard count >= self.policy.required else {
            throw LogError(.notWitnessed, "\(count) witnesses cosigned; \(self.policy.required) are demanded")
        }
        return cosignatures.map(\.line)
    }

    private func outcomes(
        of asked: [WitnessEndpoint],
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader
    ) async -> [WitnessEndpoint: Outcome] {
        await withTaskGroup(of: (WitnessEndpoint, Outcome)?.self) { group in
            for witness in asked {
                group.addTask { (witness, await self.ask(witness, checkpoint, nodes)) }
            }
            group.addTask {
                try? await self.sleep(self.policy.patience)
                return nil
            }
            var outcomes: [WitnessEndpoint: Outcome] = [:]
            // Who has not answered when the patience is over rests, so that the next batch need not wait for it.
            while outcomes.count < asked.count, let next = await group.next(), let (witness, outcome) = next {
                outcomes[witness] = outcome
            }
            group.cancelAll()
            return outcomes
        }
    }

    /// Remembers, counts and logs an answer; the first of several failures in a row is logged, and the end of them.
    private func note(_ outcome: Outcome, of witness: WitnessEndpoint, _ size: Int) {
        let name: Logger.Metadata = ["witness": "\(witness.key.name)"]
        let previous = self.status(of: witness)
        switch outcome {
        case .cosigned:
            self.update(witness) { $0.cosigned(size, at: self.now()) }
            self.metrics.answered(witness, "cosigned", size: size)
            if previous.failures > 0 { self.logger.notice("a witness cosigns again", metadata: name) }
        case .failed(let reason):
            self.update(witness) { $0.failed(reason, at: self.now()) }
            self.metrics.answered(witness, "failed", size: nil)
            let level: Logger.Level = previous.failures == 0 ? .warning : .debug
            self.logger.log(
                level: level,
                "a witness did not cosign",
                metadata: name.merging(["error": "\(reason)"]) { $1 }
            )
        case .forked(let error):
            self.update(witness) { $0.failed(error.reason, at: self.now()) }
            self.metrics.answered(witness, "forked", size: nil)
            self.logger.critical(
                "a witness has a checkpoint of ours that our log does not go on from",
                metadata: name.merging(["error": "\(error)"]) { $1 }
            )
        }
    }

    func status(of witness: WitnessEndpoint) -> WitnessStatus {
        self.memory.withLock { $0[witness.key] } ?? WitnessStatus(witness)
    }

    private func update(_ witness: WitnessEndpoint, _ change: (inout WitnessStatus) -> Void) {
        self.memory.withLock { change(&$0[witness.key, default: WitnessStatus(witness)]) }
    }
}
