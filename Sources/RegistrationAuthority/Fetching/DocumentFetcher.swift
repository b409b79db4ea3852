// Documents at addresses that strangers name: DID documents, metadata of agents. The name is looked up by us, every address
// judged, and the connection made to one of these very addresses; nothing is looked up again (DNS rebinding). No redirect is
// followed, nothing is decompressed, and what is too large or too slow is given up.

public import AsyncHTTPClient
public import DNS
import NIOCore
import NIOHTTP1
import NIOSSL
public import PKIX

/// Gets documents that strangers name; safe to call from any number of tasks.
public protocol DocumentFetching: Sendable {
    /// The octets at a URL, at most ``Budget/documentBytes``, within ``Budget/documentPatience``.
    ///
    /// - Parameter types: the value of `Accept`.
    /// - Throws: ``RegistrationError``: `.invalidURL`, `.targetRefused`, `.documentUnavailable` with what was found, `.overloaded`.
    func fetch(_ url: String, accepting types: String) async throws(RegistrationError) -> [UInt8]
}

/// Fetches documents from targets that are admitted.
public struct DocumentFetcher: DocumentFetching {
    /// Looks up the addresses of a host, 4 or 16 octets each; throws ``DNSError``.
    public typealias LookUp = @Sendable (HostName) async throws -> [[UInt8]]

    /// What is admitted.
    public let targets: TargetPolicy
    private let lookUp: LookUp
    private let sleep: @Sendable (Duration) async throws -> Void
    private let configuration: HTTPClient.Configuration
    private let slots = ObservationSlots()

    /// Creates a fetcher.
    ///
    /// - Parameters:
    ///   - targets: https on port 443 at the public Internet when nothing else is said.
    ///   - configuration: how TLS is spoken; what could lead elsewhere is overridden.
    ///   - sleep: waits; throws when its task is cancelled.
    ///   - lookUp: asks the DNS.
    public init(
        targets: TargetPolicy = TargetPolicy(),
        configuration: HTTPClient.Configuration = HTTPClient.Configuration(),
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        lookUp: @escaping LookUp
    ) {
        self.targets = targets
        self.sleep = sleep
        self.lookUp = lookUp
        var configuration = configuration
        configuration.redirectConfiguration = .disallow
        configuration.proxy = nil
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        self.configuration = configuration
    }

    /// Creates a fetcher that asks a resolver.
    public init(
        targets: TargetPolicy = TargetPolicy(),
        configuration: HTTPClient.Configuration = HTTPClient.Configuration(),
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        resolver: Resolver
    ) {
        self.init(targets: targets, configuration: configuration, sleep: sleep) { host in
            try await resolver.addresses(of: try DomainName(host.description)).map(\.octets)
        }
    }

    /// The octets at a URL, within the bounds.
    public func fetch(_ url: String, accepting types: String) async throws(RegistrationError) -> [UInt8] {
        let target = try self.targets.check(url: url)
        guard self.slots.take() else {
            throw RegistrationError(.overloaded, "too many documents are being fetched; try again", retryAfter: 2)
        }
        defer { self.slots.giveBack() }
        let sleep = self.sleep
        let result = await withTaskGroup(of: Result<[UInt8], RegistrationError>.self) { group in
            group.addTask { await self.attempt(target, types) }
            group.addTask {
                try? await sleep(Budget.documentPatience)
                return .failure(.unavailable("did not come within \(Budget.documentPatience)"))
            }
            let result = await group.next() ?? .failure(.unavailable("was not asked for"))
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    private func attempt(_ target: WebURL, _ types: String) async -> Result<[UInt8], RegistrationError> {
        do {
            let client = try await self.client(for: target)
            let result = await self.get(target, types, over: client)
            try? await client.shutdown()
            return result
        } catch let error as RegistrationError {
            return .failure(error)
        } catch let error as DNSError {
            return .failure(.unavailable("cannot be reached: \(error.reason)"))
        } catch {
            return .failure(.unavailable("cannot be reached: the host's addresses cannot be looked up"))
        }
    }

    /// A client that knows one address of the target, and is used once.
    private func client(for target: WebURL) async throws -> HTTPClient {
        var configuration = self.configuration
        if case .name(let host) = target.host {
            let addresses = try self.targets.check(addresses: try await self.lookUp(host), of: target)
            configuration.dnsOverride = addresses.first.map { [host.description: PKIX.IPAddress.text(of: $0)] } ?? [:]
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private func get(
        _ target: WebURL,
        _ types: String,
        over client: HTTPClient
    ) async -> Result<[UInt8], RegistrationError> {
        var request = HTTPClientRequest(url: target.canonicalText)
        request.headers.add(name: "Accept", value: types)
        request.headers.add(name: "User-Agent", value: "signet-registry")
        do {
            // The caller's time is shorter: this one ends what it leaves behind.
            let response = try await client.execute(request, timeout: .minutes(1))
            guard response.status == .ok else {
                let status = response.status.code
                return .failure(.unavailable("answers \(status), not 200 (redirects are not followed)"))
            }
            let body = try await response.body.collect(upTo: Budget.documentBytes)
            return .success(Array(body.readableBytesView))
        } catch {
            return .failure(.unavailable(Self.reason(error)))
        }
    }

    /// Why there is no document: enough to mend it, nothing of what else may be at the address.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case is NIOTooManyBytesError: "has more than \(Budget.documentBytes) octets"
        case is NIOSSLError, is NIOSSLExtraError: "cannot be fetched: the TLS certificate must be valid for the host"
        case is HTTPClientError: "cannot be fetched: there was no answer in time, or none that is HTTP"
        default: "cannot be fetched: the connection could not be made, or broke"
        }
    }
}

extension RegistrationError {
    fileprivate static func unavailable(_ what: String) -> Self {
        Self(.documentUnavailable, "the document \(what)")
    }
}

extension RegistrationError.Code {
    /// There is no document at the URL, or none that can be had within the bounds.
    public static let documentUnavailable = Self("DOCUMENT_UNAVAILABLE")
}
