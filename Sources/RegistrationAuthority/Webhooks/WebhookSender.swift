// One attempt of a delivery: the name is looked up by us, every address judged, and the connection made to one of these very
// addresses; nothing is looked up again, so that a name that is bound anew meanwhile leads nowhere (DNS rebinding). No
// redirect is followed, no body is read: of an answer the status and Retry-After count.

public import AsyncHTTPClient
public import DNS
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL
public import PKIX

/// What came back from an attempt.
struct DeliveryAnswer: Hashable, Sendable {
    /// The status code; nil when there was no answer.
    var status: Int?
    /// What the receiver says of when to come again.
    var retryAfter: String?
    /// Why there was no answer, in words for the webhook's owner.
    var error: String?
}

/// Sends deliveries to whatever targets are admitted.
public struct WebhookSender: Sendable {
    /// Looks up the addresses of a host, 4 or 16 octets each; throws ``DNSError``.
    public typealias LookUp = @Sendable (HostName) async throws -> [[UInt8]]

    /// What is admitted.
    public let targets: TargetPolicy
    private let lookUp: LookUp
    private let configuration: HTTPClient.Configuration

    /// Creates a sender.
    ///
    /// - Parameters:
    ///   - configuration: how TLS is spoken; what could lead elsewhere is overridden.
    ///   - lookUp: asks the DNS.
    public init(targets: TargetPolicy, configuration: HTTPClient.Configuration, lookUp: @escaping LookUp) {
        self.targets = targets
        self.lookUp = lookUp
        var configuration = configuration
        configuration.redirectConfiguration = .disallow
        configuration.proxy = nil
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        self.configuration = configuration
    }

    /// Creates a sender that asks a resolver.
    public init(targets: TargetPolicy, configuration: HTTPClient.Configuration, resolver: Resolver) {
        self.init(targets: targets, configuration: configuration) { host in
            try await resolver.addresses(of: try DomainName(host.description)).map(\.octets)
        }
    }

    /// Makes an attempt, within a time.
    ///
    /// - Parameter number: which attempt it is, from 1: each goes to the next of the host's addresses.
    func send(
        _ payload: [UInt8],
        to url: String,
        headers: [(String, String)],
        attempt number: Int,
        within patience: Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async -> DeliveryAnswer {
        await withTaskGroup(of: DeliveryAnswer.self) { group in
            group.addTask { await self.send(payload, to: url, headers: headers, attempt: number) }
            group.addTask {
                try? await sleep(patience)
                return DeliveryAnswer(error: "there was no answer within \(patience)")
            }
            let answer = await group.next() ?? DeliveryAnswer(error: "it was not attempted")
            group.cancelAll()
            return answer
        }
    }

    private func send(
        _ payload: [UInt8],
        to url: String,
        headers: [(String, String)],
        attempt number: Int
    ) async -> DeliveryAnswer {
        do {
            let target = try self.targets.check(url: url)
            let client = try await self.client(for: target, attempt: number)
            let answer = await self.post(payload, to: target, headers: headers, over: client)
            try? await client.shutdown()
            return answer
        } catch let error as RegistrationError {
            return DeliveryAnswer(error: error.reason)
        } catch let error as DNSError {
            return DeliveryAnswer(error: error.reason)
        } catch {
            return DeliveryAnswer(error: "the host's addresses cannot be looked up")
        }
    }

    /// A client that knows one address of the target, and is used once: nothing of one owner's connection is another's.
    private func client(for target: WebURL, attempt number: Int) async throws -> HTTPClient {
        var configuration = self.configuration
        if case .name(let host) = target.host {
            let addresses = try self.targets.check(addresses: try await self.lookUp(host), of: target)
            let address = addresses[(max(number, 1) - 1) % addresses.count]
            configuration.dnsOverride = [host.description: PKIX.IPAddress.text(of: address)]
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private func post(
        _ payload: [UInt8],
        to target: WebURL,
        headers: [(String, String)],
        over client: HTTPClient
    ) async -> DeliveryAnswer {
        var request = HTTPClientRequest(url: target.canonicalText)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: payload))
        do {
            // The caller's time is shorter: this one ends what it leaves behind.
            let response = try await client.execute(request, timeout: .minutes(1))
            return DeliveryAnswer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "Retry-After")
            )
        } catch {
            return DeliveryAnswer(error: Self.reason(error))
        }
    }

    /// Why no answer came: enough to mend it, nothing of what else may be at the address.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case is NIOSSLError, is NIOSSLExtraError: "TLS failed: the certificate must be valid for the host"
        case let error as HTTPClientError where error == .connectTimeout: "the connection was not made in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            "the connection was closed without an answer"
        case is HTTPClientError: "there was no answer that is HTTP"
        default: "the connection could not be made, or broke"
        }
    }
}

extension WebURL {
    /// The URL from its parts, so that no other reader can see another host in it.
    var canonicalText: String {
        let isIPv6 = if case .address(let octets) = self.host { octets.count == 16 } else { false }
        let host = isIPv6 ? "[\(self.hostText)]" : self.hostText
        return "\(self.scheme.rawValue)://\(host):\(self.port)\(self.target)"
    }
}
