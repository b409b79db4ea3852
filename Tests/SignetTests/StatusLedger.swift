// What was revoked when, and what was answered when: the invariant that no fault may break.

import PKIX
import Synchronization

/// Holds every answer against what the relying party could know.
final class StatusLedger: Sendable {
    /// How long a revocation may go unseen after it was acknowledged.
    static let grace = Duration.seconds(1)

    private struct State {
        var asked: [String: ContinuousClock.Instant] = [:]
        var acknowledged: [String: ContinuousClock.Instant] = [:]
        var violations: [String] = []
        var answers: [StatusClient.Answer: Int] = [:]
        var crlNumber: Int64 = 0
    }

    private let state = Mutex(State())

    /// What broke the invariant.
    var violations: [String] { self.state.withLock { $0.violations } }
    /// Certificates whose revocation was acknowledged.
    var revoked: [String] { self.state.withLock { Array($0.acknowledged.keys) } }
    /// Certificates that nobody asked to revoke, of some.
    func untouched(of serials: [String]) -> [String] {
        self.state.withLock { state in serials.filter { state.asked[$0] == nil } }
    }

    func count(of answer: StatusClient.Answer) -> Int { self.state.withLock { $0.answers[answer] ?? 0 } }

    /// A revocation is about to be asked for.
    func ask(_ serial: String) { self.state.withLock { $0.asked[serial] = .now } }

    /// A revocation is acknowledged.
    func acknowledge(_ serial: String) { self.state.withLock { $0.acknowledged[serial] = .now } }

    /// An answer to a question that began at an instant.
    func record(_ answer: StatusClient.Answer, of serial: String, began: ContinuousClock.Instant) {
        self.state.withLock { state in
            state.answers[answer, default: 0] += 1
            switch answer {
            case .good:
                guard let known = state.acknowledged[serial], began > known + Self.grace else { return }
                state.violations.append("\(serial) is good \(known.duration(to: began)) after its revocation")
            case .revoked where state.asked[serial] == nil:
                state.violations.append("\(serial) is revoked, which nobody asked for")
            case .unknown, .wrong, .error(.unauthorized), .error(.malformedRequest), .error(.internalError):
                state.violations.append("\(serial): \(answer)")
            default: break
            }
        }
    }

    /// A CRL as it was fetched.
    func record(crl number: Int64) {
        self.state.withLock { state in
            if number < state.crlNumber { state.violations.append("CRL \(number) after \(state.crlNumber)") }
            state.crlNumber = number
        }
    }

    /// The number of the last CRL.
    var crlNumber: Int64 { self.state.withLock { $0.crlNumber } }
}
