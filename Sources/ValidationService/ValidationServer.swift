// The public side on a socket, as a service: OCSP, and what is published beside it.

public import CoreMetrics
public import Logging
import NIOCore
public import NIOPosix
public import PKIX
public import ServiceLifecycle

/// Answers relying parties over plain HTTP/1.1 until it is told to stop; requests under way then finish.
public struct ValidationServer: Service {
    /// Where it listens, and how it behaves.
    public struct Configuration: Sendable {
        /// An address, or a name for one, to listen on.
        public var host: String
        /// The port; 0 for a free one.
        public var port: Int
        /// Whether a nonce is echoed in an answer made for it; otherwise it is ignored, as RFC 9919 admits for answers
        /// that are made ahead.
        public var echoesNonce = true
        /// The limits of connections.
        public var limits = ConnectionLimits()

        /// Creates a configuration.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let configuration: Configuration
    private let context: ServerContext
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let onBound: @Sendable (Int) async -> Void

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - issuers: who is answered for; their order gives the indices that `responder` and `cache` use.
    ///   - cache: where answers are kept; whoever changes a status invalidates there.
    ///   - resources: what is published at other paths.
    ///   - loader: looks for what is published at paths that `resources` does not have.
    ///   - now: the time of day.
    ///   - onBound: is told the port once connections are taken.
    public init(
        configuration: Configuration,
        issuers: [StatusIssuer],
        responder: any StatusResponding,
        cache: ResponseCache,
        resources: any StaticResources,
        loader: (any ResourceLoading)? = nil,
        now: @escaping @Sendable () -> CertificateTime,
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        logger: Logger,
        onBound: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let table = IssuerTable(issuers)
        let maker = AnswerMaker(cache: cache, responder: responder, issuers: table, now: now, logger: logger)
        self.configuration = configuration
        self.context = ServerContext(
            issuers: table,
            cache: cache,
            desk: StatusDesk(maker: maker, limit: configuration.limits.coldAnswers),
            resources: resources,
            loader: loader,
            limits: configuration.limits,
            echoesNonce: configuration.echoesNonce,
            now: now,
            metricsFactory: metricsFactory
        )
        self.eventLoopGroup = eventLoopGroup
        self.onBound = onBound
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: when the address cannot be listened on.
    public func run() async throws {
        let gauges = ServerGauges(self.context)
        let workers = self.eventLoopGroup.makeIterator().enumerated().map { index, eventLoop in
            BoundWorker(
                eventLoop: eventLoop,
                box: .makeBoxSendingValue(
                    Worker(context: self.context, eventLoop: eventLoop, gauges: index == 0 ? gauges : nil),
                    eventLoop: eventLoop
                )
            )
        }
        let channel = try await self.bootstrap(workers).bind(
            host: self.configuration.host,
            port: self.configuration.port
        ).get()
        for worker in workers { worker.eventLoop.execute { worker.box.value.start() } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.context.desk.run() }
            await self.onBound(channel.localAddress?.port ?? 0)
            // Throws when it is cancelled: then there is no time for what is under way.
            let isGraceful = (try? await gracefulShutdown()) != nil
            try? await channel.close().get()
            await self.drain(workers, within: isGraceful ? self.configuration.limits.drain : .zero)
            self.context.desk.finish()
            group.cancelAll()
        }
    }

    private func bootstrap(_ workers: [BoundWorker]) -> ServerBootstrap {
        let limit = self.configuration.limits.connections
        let byLoop = Dictionary(uniqueKeysWithValues: workers.map { (ObjectIdentifier($0.eventLoop), $0.box) })
        return ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionGate(limit: limit))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Budget.readBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let worker = byLoop[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.operationUnsupported
                    }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(worker: worker.value))
                }
            }
    }

    private func drain(_ workers: [BoundWorker], within time: Duration) async {
        let drained = workers.map { worker in
            let promise = worker.eventLoop.makePromise(of: Void.self)
            worker.eventLoop.execute { worker.box.value.drain(promise, within: time) }
            return promise.futureResult
        }
        for future in drained { try? await future.get() }
        for worker in workers { worker.eventLoop.execute { worker.box.value.stop() } }
    }
}

/// A worker with the event loop that owns it.
private struct BoundWorker: Sendable {
    let eventLoop: any EventLoop
    let box: NIOLoopBoundBox<Worker>
}
