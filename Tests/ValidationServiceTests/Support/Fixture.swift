// An issuer, CertIDs, and a responder that a test can hold up and count.

import Foundation
import PKIX
import Synchronization

@testable import ValidationService

enum Fixture {
    static let subject = [UInt8]("CN=Test".utf8)
    static let publicKey = [UInt8](repeating: 4, count: 65)
    static let issuers = [
        StatusIssuer(name: "one", subject: Self.subject, publicKey: Self.publicKey),
        StatusIssuer(name: "two", subject: [1, 2, 3], publicKey: [4, 5, 6]),
    ]
    /// 2026-11-21T12:00:00Z.
    static let now = CertificateTime(secondsSinceEpoch: 1_795_262_400)

    static func certID(_ serial: [UInt8], _ hash: OCSPHash = .sha256, null: Bool = true, issuer: Int = 0) -> OCSPCertID
    {
        OCSPCertID(
            hash: hash,
            hasNullParameters: null,
            issuerNameHash: Self.issuers[issuer].nameHashes[hash]!,
            issuerKeyHash: Self.issuers[issuer].keyHashes[hash]!,
            serialNumber: serial
        )
    }

    static func request(_ serial: [UInt8], _ hash: OCSPHash = .sha256, null: Bool = true, issuer: Int = 0) -> [UInt8] {
        OCSPRequest(items: [.certID(Self.certID(serial, hash, null: null, issuer: issuer))]).derEncoded()
    }

    static func key(_ serial: [UInt8]) -> StatusKey {
        let form = StatusKey.Form(hash: .sha256, hasNullParameters: true)
        return StatusKey(issuer: 0, form: form, serialNumber: serial.span)!
    }

    static func answer(_ text: String, from thisUpdate: Int64 = 0, life: Int64 = 1_000) -> StatusAnswer {
        StatusAnswer(
            response: Array(text.utf8),
            status: .good,
            producedAt: Self.now + thisUpdate,
            thisUpdate: Self.now + thisUpdate,
            nextUpdate: Self.now + thisUpdate + life,
            isCacheable: true
        )
    }

    static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

/// Answers with the serial number and a version that a test can raise; waits at a gate when it is shut.
final class TestResponder: StatusResponding {
    private struct State {
        var calls = 0
        var version = 1
        var isUnavailable = false
        var isShut = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var calls: Int { self.state.withLock { $0.calls } }
    var waiting: Int { self.state.withLock { $0.waiting.count } }

    func setVersion(_ version: Int) { self.state.withLock { $0.version = version } }
    func setUnavailable(_ isUnavailable: Bool) { self.state.withLock { $0.isUnavailable = isUnavailable } }
    func shut() { self.state.withLock { $0.isShut = true } }

    func open() {
        let waiting = self.state.withLock { state in
            state.isShut = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for each in waiting { each.resume() }
    }

    func answer(_ certID: OCSPCertID, of issuer: Int) async throws -> StatusAnswer {
        // The store is read first, and the signature may take long.
        let (version, isUnavailable) = self.state.withLock { state in
            state.calls += 1
            return (state.version, state.isUnavailable)
        }
        await self.pass()
        if isUnavailable { throw StatusUnavailable(retryAfter: 7) }
        let isIssued = (certID.serialNumber.first ?? 0) != 0x66
        let text = "answer \(certID.serialNumber.hexadecimal) v\(version)"
        return StatusAnswer(
            response: Array(text.utf8),
            status: isIssued ? .good : .unknown,
            producedAt: Fixture.now,
            thisUpdate: Fixture.now,
            nextUpdate: Fixture.now + 1_000,
            isCacheable: isIssued
        )
    }

    func answer(_ request: OCSPRequest) async throws -> StatusAnswer {
        self.state.withLock { $0.calls += 1 }
        await self.pass()
        return StatusAnswer(
            response: Array("answer to \(request.items.count), nonce \((request.nonce ?? []).hexadecimal)".utf8),
            status: .good,
            producedAt: Fixture.now,
            thisUpdate: Fixture.now,
            nextUpdate: Fixture.now + 1_000,
            isCacheable: false
        )
    }

    private func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                if state.isShut { state.waiting.append(continuation) }
                return !state.isShut
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// Waits until something is so, for ten seconds at most.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<1_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}
