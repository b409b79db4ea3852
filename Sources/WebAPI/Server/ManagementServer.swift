// The management API on a socket, as a service.

import Hummingbird
import HummingbirdCore
import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// Serves the management API until it is told to stop; requests under way then finish.
public struct ManagementServer: Service {
    /// What protects connections.
    public enum Transport: Sendable {
        /// TLS 1.2 or 1.3, with HTTP/2 or HTTP/1.1.
        case tls(ServerCredentials)
        /// Plain HTTP/1.1, on loopback addresses only: bearer tokens travel in the clear.
        case plain
    }

    private let api: ManagementAPI
    private let host: String
    private let port: Int
    private let credentials: ServerCredentials?
    private let limits: ServerLimits
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let onBound: @Sendable (Int) async -> Void

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - host: an address, or a name for one, to listen on.
    ///   - port: the port; 0 for a free one.
    ///   - onBound: is told the port once connections are taken.
    /// - Throws: ``WebAPIError`` with `.plainHTTPNotOnLoopback`.
    public init(
        api: ManagementAPI,
        host: String,
        port: Int,
        transport: Transport,
        limits: ServerLimits = ServerLimits(),
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        onBound: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(WebAPIError) {
        switch transport {
        case .tls(let credentials):
            self.credentials = credentials
        case .plain:
            guard SocketAddress.isLoopback(host: host) else {
                throw WebAPIError(
                    .plainHTTPNotOnLoopback,
                    "plain HTTP on \(host) would show API tokens to the network; use https://, or a loopback address"
                )
            }
            self.credentials = nil
        }
        self.api = api
        self.host = host
        self.port = port
        self.limits = limits
        self.eventLoopGroup = eventLoopGroup
        self.onBound = onBound
    }

    /// Serves until graceful shutdown or cancellation.
    public func run() async throws {
        let (credentials, limits, metrics, onBound) = (self.credentials, self.limits, self.api.metrics, self.onBound)
        let application = Application(
            responder: self.api.responder,
            server: HTTPServerBuilder { responder in
                ManagementChannel(responder: responder, credentials: credentials, limits: limits, metrics: metrics)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(self.host, port: self.port),
                availableConnectionsDelegate: ConnectionLimit(limits.connections, metrics: metrics)
            ),
            onServerRunning: { await onBound($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(self.eventLoopGroup),
            logger: self.api.logger
        )
        try await application.run()
    }
}
