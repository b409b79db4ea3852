// Status services over AsyncHTTPClient: the name is looked up by us, every address judged, and the connection made to one of
// these very addresses (DNS rebinding); no redirect, no proxy, no decompression, and an end to the whole exchange.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Calls status services at the addresses that are admitted.
///
/// How much is asked at once is bounded by who asks: ``RevocationChecker``.
public struct StatusFetcher: StatusExchange {
    /// Looks up the addresses of a host, 4 or 16 octets each; of an address in a URL, it gives that address.
    public typealias LookUp = @Sendable (_ host: String) async throws -> [[UInt8]]

    private let lookUp: LookUp
    private let admits: @Sendable ([UInt8]) -> Bool
    private let ports: Set<Int>?
    private let patience: Duration
    private let clock: any Clock<Duration>

    /// Creates a fetcher.
    ///
    /// - Parameters:
    ///   - ports: the ports that are called; any when nil. CAs publish on 80.
    ///   - patience: for the whole of one exchange, to the last octet of the body.
    ///   - clock: what the patience is measured by.
    ///   - admits: whether an address may be connected to: those of the public Internet, unless the operator says more.
    ///   - lookUp: asks the DNS.
    public init(
        ports: Set<Int>? = [80, 443],
        patience: Duration = .seconds(10),
        clock: any Clock<Duration>,
        admits: @escaping @Sendable ([UInt8]) -> Bool,
        lookUp: @escaping LookUp
    ) {
        self.ports = ports
        self.patience = patience
        self.clock = clock
        self.admits = admits
        self.lookUp = lookUp
    }

    /// The body of an answer of status 200.
    public func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] {
        let target = try StatusURL(call.url)
        if let ports, !ports.contains(target.port) {
            throw StatusFailure("port \(target.port) is not one that status services are called on")
        }
        let (clock, patience) = (self.clock, self.patience)
        // AsyncHTTPClient's deadline ends with the head of the answer: a body could trickle for ever.
        let result = await withTaskGroup(of: Result<[UInt8], StatusFailure>.self) { group in
            group.addTask { await self.attempt(call, target) }
            group.addTask {
                try? await clock.sleep(for: patience)
                return .failure(StatusFailure("no whole answer within \(patience)"))
            }
            let result = await group.next() ?? .failure(StatusFailure("not asked"))
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    private func attempt(_ call: StatusCall, _ target: StatusURL) async -> Result<[UInt8], StatusFailure> {
        guard let addresses = try? await self.lookUp(target.host), !addresses.isEmpty else {
            return .failure(StatusFailure("the host \(target.host) has no address that could be looked up"))
        }
        // One refused address refuses the host: a name with a public and a private address is an attack or a mistake.
        guard addresses.count <= Budget.hostAddresses, addresses.allSatisfy(self.admits),
            let address = addresses.first.flatMap(AddressText.text)
        else { return .failure(StatusFailure("the host \(target.host) has an address that is not admitted")) }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [target.host: address]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await self.exchange(call, target, over: client)
        // Shutting down fails only when it was done before.
        try? await client.shutdown()
        return result
    }

    private func exchange(
        _ call: StatusCall,
        _ target: StatusURL,
        over client: HTTPClient
    ) async -> Result<[UInt8], StatusFailure> {
        var request = HTTPClientRequest(url: target.text)
        request.headers.add(name: "User-Agent", value: "signet")
        if let body = call.body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: call.contentType)
            request.body = .bytes(body)
        }
        do {
            // The caller's time is shorter: this one ends what it leaves behind.
            let response = try await client.execute(request, timeout: .minutes(1))
            guard response.status == .ok else {
                return .failure(StatusFailure("the answer has status \(response.status.code), not 200"))
            }
            return .success(Array(try await response.body.collect(upTo: call.limit).readableBytesView))
        } catch is NIOTooManyBytesError {
            return .failure(StatusFailure("the answer has more than \(call.limit) octets"))
        } catch {
            return .failure(StatusFailure("the service cannot be reached, or does not speak HTTP"))
        }
    }
}
