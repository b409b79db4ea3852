// The server on a socket, for as long as a test needs it.

import Foundation
import Logging
import NIOCore
import NIOPosix
import RegistrationAuthority
import ServiceLifecycle
import Testing

@testable import WebAPI

/// A server that runs.
struct LiveServer {
    let fixture: APIFixture
    let port: Int
    /// Begins a graceful shutdown.
    let shutDown: @Sendable () async -> Void

    /// Runs a server for the duration of a closure, on two threads of its own.
    static func run(
        _ transport: ManagementServer.Transport = .plain,
        limits: ServerLimits = ServerLimits(),
        fixture: APIFixture? = nil,
        _ body: @escaping @Sendable (LiveServer) async throws -> Void
    ) async throws {
        let api: APIFixture
        if let fixture { api = fixture } else { api = try await APIFixture() }
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = try ManagementServer(
            api: api.api,
            host: "127.0.0.1",
            port: 0,
            transport: transport,
            limits: limits,
            eventLoopGroup: threads,
            onBound: { continuation.yield($0) }
        )
        let group = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                let port = try #require(await ports.first { _ in true })
                try await body(
                    LiveServer(fixture: api, port: port, shutDown: { await group.triggerGracefulShutdown() })
                )
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        } catch {
            try await threads.shutdownGracefully()
            throw error
        }
        try await threads.shutdownGracefully()
    }

    /// The Authorization field of a role, as a line of a request.
    func authorization(_ role: Role) -> String { "Authorization: Bearer \(self.fixture.secrets[role] ?? "")\r\n" }
}

extension ServerLimits {
    /// Limits that a test can wait for.
    static func short(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        limits.linger = .milliseconds(200)
        change(&limits)
        return limits
    }
}
