// The public server on a socket, for as long as a test needs it.

import CoreMetrics
import Logging
import LoopbackSupport
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import ValidationService

struct LivePublicServer: Sendable {
    let port: Int
    let responder: TestResponder
    let cache: ResponseCache
    let resources: ResourceTable
    let shutDown: @Sendable () async -> Void

    static func run(
        limits: ConnectionLimits = ConnectionLimits(),
        echoesNonce: Bool = true,
        loader: (any ResourceLoading)? = nil,
        _ body: @escaping @Sendable (LivePublicServer) async throws -> Void
    ) async throws {
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let (responder, cache, resources) = (TestResponder(), ResponseCache(), ResourceTable())
        var configuration = ValidationServer.Configuration(host: "127.0.0.1", port: 0)
        configuration.limits = limits
        configuration.echoesNonce = echoesNonce
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = ValidationServer(
            configuration: configuration,
            issuers: Fixture.issuers,
            responder: responder,
            cache: cache,
            resources: resources,
            loader: loader,
            now: { Fixture.now },
            eventLoopGroup: threads,
            metricsFactory: NOOPMetricsHandler.instance,
            logger: logger,
            onBound: { continuation.yield($0) }
        )
        let group = ServiceGroup(services: [server], logger: logger)
        do {
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                let port = try #require(await ports.first { _ in true })
                let live = LivePublicServer(
                    port: port,
                    responder: responder,
                    cache: cache,
                    resources: resources,
                    shutDown: { await group.triggerGracefulShutdown() }
                )
                do { try await body(live) } catch {
                    responder.open()
                    throw error
                }
                responder.open()
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        } catch {
            try await threads.shutdownGracefully()
            throw error
        }
        try await threads.shutdownGracefully()
    }

    /// Sends octets and reads until the server closes.
    func exchange(_ text: String) async throws -> String {
        let connection = try RawConnection(port: self.port)
        connection.send(text)
        return try #require(await connection.readToEnd())
    }

    /// A GET of an OCSP request.
    func get(_ path: String, _ fields: String = "") async throws -> String {
        try await self.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Connection: close\r\n\r\n")
    }
}
