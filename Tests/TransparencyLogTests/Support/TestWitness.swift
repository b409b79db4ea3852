// A witness in memory, and the way to it.

import Foundation
import Logging
import Synchronization

@testable import TransparencyLog

final class MemoryWitnessStore: WitnessStore {
    let latest = Mutex<[String: SignedCheckpoint]>([:])

    /// Between reading and answering, so that whoever asks at once gets the same answer.
    let pause = Mutex(Duration.zero)

    func latest(origin: String) async throws -> SignedCheckpoint? {
        let found = self.latest.withLock { $0[origin] }
        let pause = self.pause.withLock { $0 }
        if pause > .zero { try await Task.sleep(for: pause) }
        return found
    }

    func advance(_ checkpoint: SignedCheckpoint, from size: Int) async throws -> Bool {
        self.latest.withLock { latest in
            guard latest[checkpoint.checkpoint.origin]?.size ?? 0 == size else { return false }
            latest[checkpoint.checkpoint.origin] = checkpoint
            return true
        }
    }
}

struct TestWitness {
    let store = MemoryWitnessStore()
    let server: WitnessServer
    let signer: SoftwareSigner

    init(_ log: LogIdentity, _ signer: SoftwareSigner = SoftwareSigner(name: "witness.example/w", .cosignature)) throws
    {
        self.signer = signer
        self.server = try WitnessServer(logs: [log], signer: signer, store: self.store, now: { Date() })
    }

    var endpoint: WitnessEndpoint { WitnessEndpoint(address: "http://\(self.signer.key.name)", key: self.signer.key) }

    func client() throws -> WitnessClient { try Self.client([self], WitnessPolicy(required: 1)) }

    static func client(
        _ witnesses: [TestWitness],
        _ policy: WitnessPolicy,
        before: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) throws -> WitnessClient {
        try WitnessClient(
            witnesses: witnesses.map(\.endpoint),
            policy: policy,
            transport: { address, body in
                try await before(address)
                let witness = witnesses.first { "\($0.endpoint.address)/add-checkpoint" == address }
                return try await witness?.server.addCheckpoint(body)
                    ?? WitnessAnswer(status: 404, contentType: nil, body: [])
            },
            now: { Date() },
            sleep: { try await Task.sleep(for: $0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
