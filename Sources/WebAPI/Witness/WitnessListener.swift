// A witness on a socket (C2SP tlog-witness): what logs submit, and what anyone may read of it. Plain HTTP: every answer that
// matters is signed. Bodies, connections and times are bounded as those of the management API are.

public import CoreMetrics
public import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// What a witness says to a log.
public struct WitnessReply: Sendable {
    /// The status code of HTTP.
    public let status: Int
    /// The media type, if there is one.
    public let contentType: String?
    /// The body.
    public let body: [UInt8]

    /// Creates a reply.
    public init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Serves a witness until it is told to stop; requests under way then finish.
public struct WitnessListener: Service {
    /// What is served.
    public struct Handlers: Sendable {
        let addCheckpoint: @Sendable ([UInt8]) async throws -> WitnessReply
        let checkpoint: @Sendable (String) async throws -> [UInt8]?
        let exposition: @Sendable () -> String

        /// Puts them together.
        ///
        /// - Parameters:
        ///   - addCheckpoint: answers the body of `POST /add-checkpoint`.
        ///   - checkpoint: the last checkpoint that was cosigned of the log whose origin has this SHA-256 in hexadecimal.
        ///   - exposition: the text of `/metrics`, for this machine alone.
        public init(
            addCheckpoint: @escaping @Sendable ([UInt8]) async throws -> WitnessReply,
            checkpoint: @escaping @Sendable (String) async throws -> [UInt8]?,
            exposition: @escaping @Sendable () -> String
        ) {
            self.addCheckpoint = addCheckpoint
            self.checkpoint = checkpoint
            self.exposition = exposition
        }
    }

    private let handlers: Handlers
    private let host: String
    private let port: Int
    private let limits: ServerLimits
    private let metrics: RequestMetrics
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let onBound: @Sendable (Int) async -> Void

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - host: an address, or a name for one, to listen on.
    ///   - port: the port; 0 for a free one.
    ///   - onBound: is told the port once connections are taken.
    public init(
        _ handlers: Handlers,
        host: String,
        port: Int,
        limits: ServerLimits = ServerLimits(),
        build: BuildInformation,
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> Date,
        logger: Logger,
        onBound: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.handlers = handlers
        self.host = host
        self.port = port
        self.limits = limits
        self.metrics = RequestMetrics(factory: metricsFactory, build: build)
        self.now = now
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until graceful shutdown or cancellation.
    public func run() async throws {
        let (limits, metrics, onBound) = (self.limits, self.metrics, self.onBound)
        let application = Application(
            router: self.router,
            server: HTTPServerBuilder { responder in
                ManagementChannel(responder: responder, credentials: nil, limits: limits, metrics: metrics)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(self.host, port: self.port),
                availableConnectionsDelegate: ConnectionLimit(limits.connections, metrics: metrics)
            ),
            onServerRunning: { await onBound($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: self.logger
        )
        try await application.run()
    }

    private var router: Router<ManagementContext> {
        let (handlers, router) = (self.handlers, Router(context: ManagementContext.self))
        router.add(middleware: RequestFrame(metrics: self.metrics, now: self.now))
        router.post("/add-checkpoint") { request, _ in
            let reply = try await handlers.addCheckpoint(try await request.boundedOctets())
            return Self.response(HTTPResponse.Status(code: reply.status), reply.contentType, reply.body)
        }
        router.get("/{origin}/checkpoint") { _, context in
            guard let bytes = try await handlers.checkpoint(try context.parameters.require("origin")) else {
                throw Problem(.notFound, "this witness has cosigned no such log")
            }
            return Self.response(.ok, "text/plain; charset=utf-8", bytes)
        }
        router.get("/healthz") { _, _ in Self.response(.ok, "text/plain; charset=utf-8", Array("ok\n".utf8)) }
        router.get("/metrics") { _, context in
            guard context.remoteAddress?.isLoopback == true else { throw Problem(.notFound, "nothing is here") }
            return Self.response(.ok, "text/plain; version=0.0.4", Array(handlers.exposition().utf8))
        }
        return router
    }

    private static func response(_ status: HTTPResponse.Status, _ contentType: String?, _ body: [UInt8]) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
