// HTTP over AsyncHTTPClient: verified TLS 1.2 or later, no redirects, no proxies, no decompression, no retries.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Calls over pooled connections.
///
/// Shut it down at the end.
public struct PooledHTTPExchange: HTTPExchange {
    private let client: HTTPClient

    /// Opens no connection yet.
    ///
    /// - Parameter rootsPEM: The certificates to verify servers with, in PEM; nil for the system's.
    /// - Throws: ``HTTPExchangeFailure`` when the text has no certificates.
    public init(rootsPEM: String? = nil) throws(HTTPExchangeFailure) {
        self.init(trustRoots: try rootsPEM.map { (pem) throws(HTTPExchangeFailure) in try Self.certificates(pem) })
    }

    /// Opens no connection yet; servers are verified with the system's roots.
    public init() {
        self.init(trustRoots: nil)
    }

    private init(trustRoots: [NIOSSLCertificate]?) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        if let trustRoots { tls.trustRoots = .certificates(trustRoots) }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10))
        )
        // The caller repeats calls, and counts them.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private static func certificates(_ pem: String) throws(HTTPExchangeFailure) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !certificates.isEmpty else {
            throw HTTPExchangeFailure("the trust roots are no certificates in PEM")
        }
        return certificates
    }

    /// Closes the connections; calls under way fail.
    public func shutdown() async {
        // Shutting down fails only when it was done before.
        try? await self.client.shutdown()
    }

    /// Makes one call.
    public func answer(to call: HTTPCall, within timeout: Duration, upTo limit: Int) async throws -> HTTPAnswer {
        // AsyncHTTPClient's deadline ends with the head of the answer: a body could trickle for ever.
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            group.addTask { try await self.exchange(call, timeout, limit) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPExchangeFailure("no whole answer within \(timeout)")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func exchange(_ call: HTTPCall, _ timeout: Duration, _ limit: Int) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: call.url)
        request.method = HTTPMethod(rawValue: call.method)
        for field in call.headers { request.headers.add(name: field.name, value: field.value) }
        if !call.body.isEmpty { request.body = .bytes(call.body) }
        do {
            let response = try await self.client.execute(request, deadline: .now() + TimeAmount(timeout))
            let body = try await response.body.collect(upTo: limit)
            let headers = response.headers.map { HTTPField($0.name, $0.value) }
            return HTTPAnswer(status: Int(response.status.code), headers: headers, body: Array(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch is NIOTooManyBytesError {
            throw HTTPExchangeFailure("the answer has more than \(limit) octets", isTooLarge: true)
        } catch let error as HTTPClientError {
            try Task.checkCancellation()
            throw HTTPExchangeFailure(error.shortDescription)
        } catch {
            try Task.checkCancellation()
            throw HTTPExchangeFailure("\(error)")
        }
    }
}

extension PooledHTTPExchange: CustomReflectable {
    /// No children: requests under way carry credentials.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
