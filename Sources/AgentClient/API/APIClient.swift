// A client of the management API: our own root as the only anchor, full verification, bounded answers, bounded waiting.

import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import PKIX
import X509

/// A connection to the management API, safe to use from several tasks at once.
public struct APIClient: Sendable {
    /// What a client needs to know.
    public struct Configuration: Sendable {
        /// Where the API is.
        public var address: APIAddress
        /// What the server's certificate must lead to; not needed for `http://`.
        public var roots: TrustAnchors?
        /// Who calls; public calls need none.
        public var token: BearerToken?
        /// The time for one call with its answer.
        public var timeout: Duration = .seconds(30)
        /// How often and how long calls are repeated.
        public var retries = RetryPolicy()
        /// What waiting goes by.
        public var clock: any Clock<Duration>
        /// What each signed call is stamped with.
        public var stamp: @Sendable () -> SignatureStamp
        /// Called before each wait, with its length and cause in a few words.
        public var onWait: @Sendable (Duration, String) -> Void = { _, _ in }

        /// Creates a configuration.
        public init(
            address: APIAddress,
            roots: TrustAnchors?,
            token: BearerToken?,
            clock: any Clock<Duration>,
            stamp: @escaping @Sendable () -> SignatureStamp
        ) {
            self.stamp = stamp
            self.address = address
            self.roots = roots
            self.token = token
            self.clock = clock
        }
    }

    let configuration: Configuration
    private let http: HTTPClient

    /// Opens a client, runs the body with it and closes it.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration` when TLS has no root to go by, and what the body throws.
    public static func with<Result>(
        _ configuration: Configuration,
        _ body: (APIClient) async throws -> Result
    ) async throws -> Result {
        let options = try self.httpConfiguration(configuration)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        do {
            let result = try await body(APIClient(configuration: configuration, http: http))
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private static func httpConfiguration(_ configuration: Configuration) throws -> HTTPClient.Configuration {
        var http = HTTPClient.Configuration(
            tlsConfiguration: try self.tlsConfiguration(configuration),
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: TimeAmount(configuration.timeout))
        )
        // We repeat calls ourselves, and know which may be.
        http.connectionPool.retryConnectionEstablishment = false
        return http
    }

    private static func tlsConfiguration(_ configuration: Configuration) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        guard let roots = configuration.roots else {
            guard !configuration.address.isSecure else {
                throw AgentClientError(
                    .invalidConfiguration,
                    "no root to verify \(configuration.address) with; name the root's file with --root or SIGNET_ROOT"
                )
            }
            tls.trustRoots = .certificates([])
            return tls
        }
        tls.trustRoots = .certificates(
            try roots.certificates.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
        )
        return tls
    }

    // MARK: Calls

    /// Makes a call, repeats it where that is right, and gives the JSON of a success.
    ///
    /// - Throws: ``AgentClientError``.
    func send<Document: Decodable>(_ call: APICall, for document: Document.Type) async throws -> Document {
        let answer = try await self.answer(to: call)
        guard answer.mediaType == "application/json" else {
            throw AgentClientError(
                .invalidAnswer,
                "\(self.configuration.address) answered with \(answer.mediaType ?? "a body of no type") instead of"
                    + " application/json; is this the address of a Signet management API?"
            )
        }
        do {
            return try JSONDecoder().decode(Document.self, from: Data(answer.body))
        } catch {
            throw AgentClientError(
                .invalidAnswer,
                "the answer of \(self.configuration.address) to \(call.method) \(call.target) is not what this program"
                    + " knows: \(Self.reason(of: error))"
            )
        }
    }

    private func answer(to call: APICall) async throws -> APIAnswer {
        var waited = Duration.zero
        var attempt = 1
        while true {
            let (failure, retryAfter, isRepeatable) = await self.attempt(call)
            switch failure {
            case .success(let answer): return answer
            case .failure(let error):
                guard isRepeatable,
                    let wait = self.configuration.retries.wait(
                        afterAttempt: attempt,
                        retryAfter: retryAfter,
                        waited: waited
                    )
                else { throw error }
                self.configuration.onWait(wait, error.problem?.summary ?? error.reason)
                try await self.configuration.clock.sleep(for: wait)
                waited += wait
                attempt += 1
            }
        }
    }

    /// One call: its outcome, the wait that the server asks for, and whether it may be repeated.
    private func attempt(_ call: APICall) async -> (Result<APIAnswer, AgentClientError>, Duration?, Bool) {
        do {
            let answer = try await self.exchange(call)
            guard !(200..<300).contains(answer.status) else { return (.success(answer), nil, false) }
            return (.failure(self.refusal(answer)), answer.retryAfter, answer.asksToRetry)
        } catch {
            let failure = self.failure(error, of: call)
            return (.failure(failure), nil, failure.code == .connectionFailed && call.isRepeatable)
        }
    }

    private func exchange(_ call: APICall) async throws -> APIAnswer {
        let deadline = NIODeadline.now() + TimeAmount(self.configuration.timeout)
        let response = try await self.http.execute(try await self.request(call), deadline: deadline)
        let limit = (200..<300).contains(response.status.code) ? Budget.answerBytes : Budget.problemBytes
        var body: [UInt8] = []
        for try await part in response.body {
            guard body.count + part.readableBytes <= limit else {
                throw AgentClientError(
                    .invalidAnswer,
                    "\(self.configuration.address) answered HTTP \(response.status.code) with more than \(limit) octets"
                )
            }
            guard NIODeadline.now() < deadline else { throw HTTPClientError.deadlineExceeded }
            body += part.readableBytesView
        }
        return APIAnswer(status: Int(response.status.code), headers: response.headers, body: body)
    }

    private func request(_ call: APICall) async throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: self.configuration.address.description + call.target)
        request.method = call.method
        request.headers.add(name: "Accept", value: "application/json, application/problem+json")
        request.headers.add(name: "User-Agent", value: "signet")
        if let signer = call.signer {
            for field in try await signer.signature(of: call, by: self.configuration) {
                request.headers.add(name: field.name.rawName, value: field.value)
            }
        } else if let token = self.configuration.token {
            request.headers.add(name: "Authorization", value: token.authorization)
        }
        if let key = call.idempotencyKey { request.headers.add(name: "Idempotency-Key", value: key.description) }
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        return request
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        self = .nanoseconds(
            duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
        )
    }
}
