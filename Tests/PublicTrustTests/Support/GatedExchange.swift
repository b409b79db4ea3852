// A status service of a test: it counts, it may hold its answers back, and it answers what it is told.

import PKIX
import Synchronization
import X509

@testable import PublicTrust

/// Calls that are counted, and answered when the gate is open.
final class GatedExchange: StatusExchange {
    private struct State {
        var calls: [StatusCall] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isOpen: Bool
        var opening = Int.max
        var answer: Result<[UInt8], StatusFailure> = .failure(StatusFailure("nobody answers"))
    }

    private let state: Mutex<State>

    /// - Parameter opening: with this call the gate opens by itself, so that one too many is seen and not waited for.
    init(isOpen: Bool = true, opening: Int = .max) {
        self.state = Mutex(State(isOpen: isOpen, opening: opening))
    }

    var calls: [StatusCall] { self.state.withLock { $0.calls } }

    func reply(_ answer: Result<[UInt8], StatusFailure>) { self.state.withLock { $0.answer = answer } }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until so many calls have come.
    func reached(_ count: Int) async {
        while self.calls.count < count { await Task.yield() }
    }

    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] {
        await withCheckedContinuation { continuation in
            let mayOpen = self.state.withLock { state in
                state.calls.append(call)
                state.waiting.append(continuation)
                return state.isOpen || state.calls.count >= state.opening
            }
            if mayOpen { self.open() }
        }
        return try self.state.withLock { $0.answer }.get()
    }
}

/// Paths below one CA, each of another certificate.
struct SharedAuthority: Sendable {
    let root: TestAuthority
    let authority: TestAuthority
    let validator: ChainValidator

    init() throws {
        self.root = try TestAuthority(root: "Shared Root")
        self.authority = try TestAuthority("Shared CA", below: self.root)
        self.validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: self.root.der)]))
    }

    func path(ocsp: String? = nil, crl: String? = nil) throws -> TrustedPath {
        let leaf = try self.authority.issue(names: [.dnsName("a.example.com")], ocsp: ocsp, crl: crl)
        return try self.validator.validate([leaf.der, self.authority.der], for: .server, of: nil, at: .now())
    }
}
