// The management API as far as the client's tests need it: issues for the request that it gets, remembers idempotency keys.

import Foundation
import NIOHTTP1
import PKIX
import SwiftASN1
import Synchronization
import X509

final class TestAPI: Sendable {
    struct State: Sendable {
        var requests: [TestRequest] = []
        /// The answers by idempotency key.
        var answers: [String: String] = [:]
        var issued = 0
        /// Replies that go before the usual ones, the first first.
        var script: [TestReply] = []
        /// The request is worked on, and the connection closed before the answer, so many times.
        var closesAfterIssuing = 0
        var fault = IssuanceFault()
        var lifetime: TimeInterval = 86_400
        /// Changes the PEM of the certificate.
        var distort: @Sendable (String) -> String = { $0 }
        var chain: [String]?
        /// Whether a signature is as good as the token; whose it is, is the test's to see.
        var takesSignatures = false
        /// The key that the agent is bound to, where that is registered: the first one, or one for which a signed call has come.
        var bound: SubjectPublicKey?
        /// Whether whoever is bound must sign for another key.
        var isRegistered = false
        /// The authority that issues instead of the usual one.
        var impostor: TestAuthority?
    }

    let authority: TestAuthority
    let state: Mutex<State>
    let now: Date

    init(authority: TestAuthority, now: Date) {
        self.authority = authority
        self.now = now
        self.state = Mutex(State())
    }

    var requests: [TestRequest] { self.state.withLock { $0.requests } }
    var issued: Int { self.state.withLock { $0.issued } }

    func set(_ change: @Sendable (inout State) -> Void) {
        self.state.withLock { change(&$0) }
    }

    func reply(_ request: TestRequest) -> TestReply {
        self.state.withLock { state in
            state.requests.append(request)
            if !state.script.isEmpty { return state.script.removeFirst() }
            let isSigned = state.takesSignatures && request.headers.contains(name: "signature")
            guard isSigned || request.headers.first(name: "authorization") == "Bearer token-of-the-test" else {
                return .problem(401, "UNAUTHENTICATED", "the token is not known")
            }
            guard request.target == "/v1/certificates", request.method == .POST else {
                return .problem(404, "NOT_FOUND", "nothing is here")
            }
            do {
                return try self.issue(request, &state)
            } catch {
                return .problem(422, "MALFORMED_CSR", "\(error)")
            }
        }
    }

    private func issue(_ request: TestRequest, _ state: inout State) throws -> TestReply {
        guard let key = request.headers.first(name: "idempotency-key") else { throw TestFailure("no idempotency key") }
        let body = try JSONDecoder().decode(IssueBody.self, from: Data(request.body))
        if state.isRegistered {
            let publicKey = try ParsedCSR(Array(body.csr.utf8)).publicKey
            let isSigned = request.headers.contains(name: "signature")
            guard publicKey == state.bound ?? publicKey || isSigned else {
                return .problem(403, "KEY_CHANGE_NOT_PROVEN", "sign this call")
            }
            // The former key is nobody's, and what it signs no call.
            if isSigned, publicKey == state.bound {
                return .problem(401, "INVALID_MESSAGE_SIGNATURE", "no agent has it")
            }
            state.bound = publicKey
        }
        let answer = try state.answers[key] ?? self.answer(body, &state)
        state.answers[key] = answer
        if state.closesAfterIssuing > 0 {
            state.closesAfterIssuing -= 1
            return .close
        }
        return .json(201, answer)
    }

    private func answer(_ body: IssueBody, _ state: inout State) throws -> String {
        state.issued += 1
        _ = try ParsedCSR(Array(body.csr.utf8))
        let authority = state.impostor ?? self.authority
        let certificate = try authority.issue(
            csr: body.csr,
            lifetime: body.lifetime.map(TimeInterval.init) ?? state.lifetime,
            now: self.now,
            fault: state.fault
        )
        let document: [String: Any] = [
            "serial": certificate.serialNumber.bytes.hexadecimal,
            "status": "a-status-of-the-future",
            "certificate": state.distort(try certificate.serializeAsPEM().pemString + "\n"),
            "chain": try state.chain ?? [authority.issuingPEM],
            "member-of-the-future": ["x": 1],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
    }
}

private struct IssueBody: Decodable {
    let profile: String
    let csr: String
    let lifetime: Int64?
}
