// Requests (RFC 8555 §6): signed, each with a fresh nonce, repeated where that is right and no further.

import JOSE
import JSON
import Logging
import Metrics
import OutboundHTTP
import PKIX
import Synchronization

/// A request to sign and send.
struct SignedRequest: Sendable {
    /// Who signs, and how the CA knows the key (RFC 8555 §6.2).
    enum Key: Sendable {
        /// The account's key by the account's address (`kid`).
        case account
        /// The account's key in full (`jwk`), where there is no account yet.
        case newAccount
        /// A certificate's key in full, for revocation.
        case certificate(any AccountSigner)
    }

    let url: String
    /// Nil for POST-as-GET (RFC 8555 §6.3).
    var payload: JSONValue?
    var key = Key.account
    /// Whether the request may be sent again when it is open whether the CA has acted on it.
    var isRepeatable = true
    var accept = "application/json"
    var limit = Budget.documentBytes
    /// What an order is for, where a limit may be met.
    var identifiers: [ACMEIdentifier] = []
    /// Whether the order replaces a certificate in the CA's window.
    var isRenewal = false
}

extension ACMEClient {
    /// Sends a signed request and gives the answer of a success.
    ///
    /// - Throws: ``ACMEError``; what the signer throws; `CancellationError`.
    func post(_ request: SignedRequest) async throws -> HTTPAnswer {
        var (rejections, outages) = (0, 0)
        while true {
            let nonce = try await self.nonce()
            let call = try await self.call(request, nonce: nonce)
            do {
                return try await self.attempt(call, request)
            } catch let error as ACMEError {
                if error.code == .nonceRejected {
                    // RFC 8555 §6.5: "On receiving such a response, a client SHOULD retry the request using the new nonce."
                    rejections += 1
                    guard rejections < Budget.nonceTries else { throw error }
                } else {
                    outages += 1
                    let isRepeatable = request.isRepeatable || error.problem?.status == 503
                    guard isRepeatable, try await self.pause(after: error, outages) else { throw error }
                }
            }
        }
    }

    /// Fetches a document that needs no signature (RFC 8555 §6.3: directory and nonce; RFC 9773 §4.1).
    func get(_ url: String) async throws -> HTTPAnswer {
        try await self.unsigned(method: "GET", url, accept: "application/json")
    }

    private func unsigned(method: String, _ url: String, accept: String) async throws -> HTTPAnswer {
        let fields = [HTTPField("User-Agent", self.configuration.userAgent), HTTPField("Accept", accept)]
        let call = HTTPCall(method: method, url: url, headers: fields)
        var outages = 0
        while true {
            do { return try await self.attempt(call, SignedRequest(url: url)) } catch let error as ACMEError {
                outages += 1
                guard try await self.pause(after: error, outages) else { throw error }
            }
        }
    }

    /// A nonce nobody has used (RFC 8555 §7.2).
    private func nonce() async throws -> String {
        if let nonce = self.state.withLock({ $0.nonces.take() }) { return nonce }
        // Every answer's nonce goes into the pool, and another task may be quicker to take it.
        let answer = try await self.unsigned(method: "HEAD", try await self.directory().newNonce, accept: "*/*")
        guard let nonce = answer.replayNonce else {
            throw ACMEError(.malformedAnswer, "the CA gave no valid nonce (Replay-Nonce)")
        }
        return nonce
    }

    private func call(_ request: SignedRequest, nonce: String) async throws -> HTTPCall {
        guard self.addresses.admits(request.url) else {
            throw ACMEError(.malformedAnswer, "the CA named an address that is not https: '\(request.url.printable)'")
        }
        let signed = try await self.signed(request, nonce: nonce)
        let fields = [
            HTTPField("User-Agent", self.configuration.userAgent), HTTPField("Accept", request.accept),
            HTTPField("Content-Type", "application/jose+json"),
        ]
        return HTTPCall(method: "POST", url: request.url, headers: fields, body: signed.flattened.serialized)
    }

    private func signed(_ request: SignedRequest, nonce: String) async throws -> JSONWebSignature {
        let signer: any AccountSigner =
            if case .certificate(let own) = request.key { own } else { self.signer }
        var members = [
            JSONMember(name: "nonce", value: .string(nonce)), JSONMember(name: "url", value: .string(request.url)),
        ]
        var keyID: String?
        // RFC 8555 §6.2: "The "jwk" and "kid" fields are mutually exclusive."
        if case .account = request.key {
            keyID = try await self.accountURL()
        } else {
            members.append(JSONMember(name: "jwk", value: signer.webKey.value))
        }
        return try await JSONWebSignature.sign(
            request.payload?.serialized ?? [],
            header: JWSHeader(algorithm: signer.algorithm, keyID: keyID, additional: members),
            key: signer.webKey.publicKey,
            signer: { _, bytes in try await signer.sign(bytes) }
        )
    }

    // MARK: Answers

    private func attempt(_ call: HTTPCall, _ request: SignedRequest) async throws -> HTTPAnswer {
        let answer: HTTPAnswer
        do {
            answer = try await self.environment.exchange.answer(
                to: call,
                within: self.configuration.timeout,
                upTo: request.limit
            )
        } catch let failure as HTTPExchangeFailure {
            self.count(call, "unreachable")
            guard !failure.isTooLarge else {
                throw ACMEError(.malformedAnswer, "the CA sent too much: \(failure.reason.printable)")
            }
            throw ACMEError(.unreachable, "the CA at \(self.authority) cannot be reached: \(failure.reason.printable)")
        }
        self.count(call, "\(answer.status)")
        if call.method == "POST", let nonce = answer.replayNonce { self.state.withLock { $0.nonces.put(nonce) } }
        guard !(200..<300).contains(answer.status) else { return answer }
        let error = Refusal(answer, now: self.environment.now()).error
        if error.code == .nonceRejected {
            self.state.withLock { state in
                state.nonces.clear()
                if let nonce = answer.replayNonce { state.nonces.put(nonce) }
            }
        }
        // The directory may name other addresses by now.
        if error.code == .malformedAnswer {
            self.state.withLock { $0.directory?.fetchedAt = CertificateTime.distantPast }
        }
        if error.isRateLimit, call.method == "POST" { try await self.close(error, request) }
        throw error
    }

    /// Waits before another try; false without a wait when there should be none.
    private func pause(after error: ACMEError, _ tries: Int) async throws -> Bool {
        guard [.unavailable, .unreachable].contains(error.code), tries < Budget.outageTries else { return false }
        let own = Duration.seconds(1 << (tries - 1)) * (0.5 + self.environment.jitter() / 2)
        var wait = own
        if let retryAt = error.retryAt {
            let seconds = retryAt.secondsSinceEpoch - self.environment.now().secondsSinceEpoch
            guard seconds <= Budget.patience else { return false }
            wait = max(own, .seconds(seconds))
        }
        try await self.environment.clock.sleep(for: wait)
        return true
    }

    private func count(_ call: HTTPCall, _ outcome: String) {
        Counter(
            label: "signet_acme_requests_total",
            dimensions: [("authority", self.authority), ("outcome", outcome)]
        ).increment()
        self.environment.logger.debug(
            "asked a CA",
            metadata: ["method": "\(call.method)", "url": "\(call.url.printable)", "outcome": "\(outcome)"]
        )
    }
}
