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
    /// - Parameter rootsFile: The PEM file of the certificates to verify servers with; nil for the system's.
    public init(rootsFile: String? = nil) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        if let rootsFile { tls.trustRoots = .file(rootsFile) }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10))
        )
        // The caller repeats calls, and counts them.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections; calls under way fail.
    public func shutdown() async {
        // Shutting down fails only when it was done before.
        try? await self.client.shutdown()
    }

    /// Makes one call.
    public func answer(
        to call: HTTPCall,
        within timeout: Duration,
        upTo limit: Int
    ) async throws(HTTPExchangeFailure) -> HTTPAnswer {
        // AsyncHTTPClient's deadline ends with the head of the answer: a body could trickle for ever.
        let result = await withTaskGroup(of: Result<HTTPAnswer, HTTPExchangeFailure>.self) { group in
            group.addTask {
                do throws(HTTPExchangeFailure) {
                    return .success(try await self.exchange(call, timeout, limit))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .failure(HTTPExchangeFailure("no whole answer within \(timeout)"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(HTTPExchangeFailure("the call was cancelled"))
        }
        return try result.get()
    }

    private func exchange(
        _ call: HTTPCall,
        _ timeout: Duration,
        _ limit: Int
    ) async throws(HTTPExchangeFailure) -> HTTPAnswer {
        var request = HTTPClientRequest(url: call.url)
        request.method = HTTPMethod(rawValue: call.method)
        for field in call.headers { request.headers.add(name: field.name, value: field.value) }
        if !call.body.isEmpty { request.body = .bytes(call.body) }
        do {
            let response = try await self.client.execute(request, deadline: .now() + TimeAmount(timeout))
            let body = try await response.body.collect(upTo: limit)
            let headers = response.headers.map { HTTPField($0.name, $0.value) }
            return HTTPAnswer(status: Int(response.status.code), headers: headers, body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw HTTPExchangeFailure("the answer has more than \(limit) octets")
        } catch let error as HTTPClientError {
            throw HTTPExchangeFailure(error.shortDescription)
        } catch {
            throw HTTPExchangeFailure("\(error)")
        }
    }
}

extension PooledHTTPExchange: CustomReflectable {
    /// No children: requests under way carry credentials.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
