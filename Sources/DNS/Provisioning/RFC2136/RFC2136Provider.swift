// Zones on a server that takes dynamic updates (RFC 2136) signed with TSIG (RFC 8945): BIND, Knot, PowerDNS and others.

public import Foundation
import Synchronization

/// Changes zones by signed dynamic updates.
///
/// A batch is one atomic UPDATE (beyond 32 KiB several, each atomic): its changes are made or refused together. Small
/// messages travel over UDP, larger ones over TCP.
public struct RFC2136Provider: DNSProvider {
    /// How the provider finds and treats its server.
    public struct Configuration: Sendable {
        /// The primary server.
        public let server: ServerAddress
        /// The key that it grants updates to.
        public let key: TSIGKey
        /// How even small messages travel.
        public let transport: DNSClient.Transport
        /// After how long a call gives up on a server that does not answer or fails.
        public let limit: Duration

        /// Creates a configuration.
        public init(
            server: ServerAddress,
            key: TSIGKey,
            transport: DNSClient.Transport = .datagram,
            limit: Duration = .seconds(10)
        ) {
            self.server = server
            self.key = key
            self.transport = transport
            self.limit = limit
        }
    }

    /// `rfc2136`.
    public let kind = "rfc2136"
    let configuration: Configuration
    let exchange: UpdateExchange
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    /// Creates a provider.
    ///
    /// - Parameters:
    ///   - clock: for pauses between tries.
    ///   - now: the time that signatures state.
    public init(
        _ configuration: Configuration,
        client: DNSClient,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Date
    ) {
        self.configuration = configuration
        self.exchange = UpdateExchange(server: configuration.server, key: configuration.key, client: client, now: now)
        self.clock = clock
        self.random = { Double(client.randomID()) / Double(UInt16.max) }
    }

    /// Sends a message and again while its failure may pass and there is time; NOERROR, or a code that `accepts` names.
    func send(
        _ zone: DomainName,
        accepting accepts: Set<ResponseCode> = [],
        _ body: () async throws(DNSError) -> Message
    ) async throws(ProviderFailure) -> Message {
        let elapsed = self.clock.stopwatch()
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(2))
        while true {
            let failure = await self.attempt(zone, accepting: accepts, body)
            switch failure {
            case .success(let answer): return answer
            case .failure(let failure):
                let pause = backoff.pause(self.random())
                guard failure.isTransient, elapsed() + pause < self.configuration.limit,
                    (try? await self.clock.sleep(for: pause, tolerance: nil)) != nil
                else { throw failure }
            }
        }
    }

    private func attempt(
        _ zone: DomainName,
        accepting accepts: Set<ResponseCode>,
        _ body: () async throws(DNSError) -> Message
    ) async -> Result<Message, ProviderFailure> {
        do {
            let answer = try await body()
            if accepts.contains(answer.responseCode) { return .success(answer) }
            let failure = ProviderFailure(
                answer,
                zone: zone,
                at: self.configuration.server,
                key: self.configuration.key
            )
            return failure.map { .failure($0) } ?? .success(answer)
        } catch {
            return .failure(ProviderFailure(error, at: self.configuration.server))
        }
    }
}
