// A host with a hundred versions, one of which holds the bench's public certificate; and status services that do not answer.

import Crypto
import Foundation
import PKIX
import PublicTrust
import Synchronization
import Testing
import X509

@testable import Verification

/// A hundred agents at one host, all active.
struct Crowd: AgentFinding {
    let bench: AgentBench
    let holder: Int
    /// Which agents were read whole.
    let read = BenchCalls()

    init(bench: AgentBench, holder: Int) throws {
        (self.bench, self.holder) = (bench, holder)
    }

    func report(_ subject: VerificationSubject) async throws -> VerificationReport {
        let verifier = try self.bench.verifier(agents: self)
        return try await verifier.verify(subject, at: CertificateTime(Date()))
    }

    func agent(named name: ANSName) async throws -> AgentFacts? { nil }

    func agents(at host: HostName) async throws -> [AgentListing] {
        try (0..<100).map { number in
            AgentListing(
                agentID: "agent-\(number)",
                name: try ANSName("ans://v1.\(number).0.\(host)"),
                standing: .active
            )
        }
    }

    func facts(of agent: AgentListing) async throws -> AgentFacts? {
        self.read.note(agent.agentID)
        return AgentFacts(
            agentID: agent.agentID,
            name: agent.name,
            standing: agent.standing,
            server: [self.bench.server],
            serverKeyHashes: agent.agentID == "agent-\(self.holder)" ? [self.bench.serverKeyHash] : [[1]]
        )
    }

    func status(of serialNumber: PKIX.SerialNumber) async throws -> IdentityStatus { .good }
}

/// Status services that answer when they are let go, and then with nothing that can be read.
final class HeldExchange: StatusExchange {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isHeld = true
    }

    private let state = Mutex(State())

    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] {
        await withCheckedContinuation { continuation in
            let isHeld = self.state.withLock { state in
                // One more than there is room for would be waited for in vain.
                state.isHeld = state.isHeld && state.waiting.count < PublicTrust.Budget.exchanges
                if state.isHeld { state.waiting.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
        throw StatusFailure("nobody answers")
    }

    private var count: Int { self.state.withLock { $0.waiting.count } }

    /// Runs a body while as many exchanges as there is room for are under way, each about another certificate.
    func filled(by bench: AgentBench, _ verifier: AgentVerifier, _ body: () async throws -> Void) async throws {
        var others: [[UInt8]] = []
        for _ in 0..<PublicTrust.Budget.exchanges {
            var other = bench
            try other.setServer(responder: "http://status.example.com/ocsp")
            others.append(other.server)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in others {
                let subject = VerificationSubject.pair(identity: [bench.identity], server: [server])
                group.addTask { _ = try await verifier.verify(subject, at: CertificateTime(Date())) }
            }
            while self.count < PublicTrust.Budget.exchanges { await Task.yield() }
            try await body()
            let waiting = self.state.withLock { state in
                state.isHeld = false
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
            try await group.waitForAll()
        }
    }
}
