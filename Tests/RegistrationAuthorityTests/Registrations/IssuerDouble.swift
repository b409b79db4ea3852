// An issuing CA as the registration authority sees it: one certificate for each reference, and faults on demand.

import Foundation
import PKIX
import Synchronization
import Testing

final class IssuerDouble: CertificateIssuing {
    enum Fault {
        case refuse(IssuingFailure)
        /// The certificate is issued, and nobody learns of it.
        case loseAnswer
    }

    struct State {
        var certificates: [String: DeliveredCertificate] = [:]
        var requests: [String: [UInt8]] = [:]
        var calls = 0
        /// The lifetimes that were asked for.
        var lifetimes: [Int64?] = []
        var revoked: [SerialNumber: RevocationReason] = [:]
        var faults: [Fault] = []
        /// SHA-256 of keys that are blocked.
        var blocked: Set<[UInt8]> = []
        /// As long as it is set, every call fails so.
        var isAway = false
        var lifetime: Int64 = 86_400
    }

    private let state = Mutex(State())
    let gate = Turnstile()
    private let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    static let busy = IssuingFailure(code: "TOKEN_UNAVAILABLE", reason: "the token is away", isTransient: true)
    static let refusal = IssuingFailure(code: "WEAK_KEY", reason: "the key is weak", isTransient: false)

    var lifetimes: [Int64?] { self.state.withLock { $0.lifetimes } }
    var calls: Int { self.state.withLock { $0.calls } }
    var revoked: [SerialNumber: RevocationReason] { self.state.withLock { $0.revoked } }
    var certificates: [DeliveredCertificate] { self.state.withLock { Array($0.certificates.values) } }

    func change(_ change: @Sendable (inout State) -> Void) { self.state.withLock { change(&$0) } }

    /// Nothing was ordered twice: each request has one reference, and so one certificate.
    func checkOrders(_ sourceLocation: SourceLocation = #_sourceLocation) {
        let requests = self.state.withLock { Array($0.requests.values) }
        #expect(
            Set(requests).count == requests.count,
            "two certificates for one request",
            sourceLocation: sourceLocation
        )
    }

    func issue(_ order: CertificateOrder) async throws(IssuingFailure) -> DeliveredCertificate {
        await self.gate.pass()
        let result = self.state.withLock { state -> Result<DeliveredCertificate, IssuingFailure> in
            state.calls += 1
            state.lifetimes.append(order.lifetime)
            if state.isAway { return .failure(Self.busy) }
            var losesAnswer = false
            if !state.faults.isEmpty {
                switch state.faults.removeFirst() {
                case .refuse(let failure): return .failure(failure)
                case .loseAnswer: losesAnswer = true
                }
            }
            let number = UInt8(state.certificates.count + 1)
            let certificate =
                state.certificates[order.reference]
                ?? DeliveredCertificate(
                    serialNumber: try! SerialNumber(bytes: [0x5A, 0, 0, 0, 0, 0, 0, 0, number]),
                    certificate: [0x30, number],
                    chain: [],
                    notBefore: CertificateTime(self.clock.now),
                    notAfter: CertificateTime(self.clock.now) + state.lifetime
                )
            state.certificates[order.reference] = certificate
            state.requests[order.reference] = order.request.derEncoded
            return losesAnswer ? .failure(Self.busy) : .success(certificate)
        }
        return try result.get()
    }

    func delivered(_ serialNumber: SerialNumber) async throws(IssuingFailure) -> DeliveredCertificate? {
        self.certificates.first { $0.serialNumber == serialNumber }
    }

    func revoke(
        _ serialNumber: SerialNumber,
        reason: RevocationReason,
        actor: String,
        address: String?,
        requestID: String?
    ) async throws(IssuingFailure) {
        let isAway = self.state.withLock { state in
            if !state.isAway { state.revoked[serialNumber] = state.revoked[serialNumber] ?? reason }
            return state.isAway
        }
        if isAway { throw Self.busy }
    }

    func delivered(for reference: String) async throws(IssuingFailure) -> DeliveredCertificate? {
        let (isAway, found) = self.state.withLock { ($0.isAway, $0.certificates[reference]) }
        if isAway { throw Self.busy }
        return found
    }

    func isBlocked(_ key: SubjectPublicKey) async throws(IssuingFailure) -> Bool {
        self.state.withLock { $0.blocked.contains(key.sha256) }
    }
}
