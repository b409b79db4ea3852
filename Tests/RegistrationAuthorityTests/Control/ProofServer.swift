// A web server on loopback that answers what a test says.

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

struct ProofReply: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body = ""
    /// Whether the body comes octet by octet, and never to its end.
    var drips = false
}

/// A clock on which a second takes a tenth of one.
struct HastyClock: Clock {
    private let clock = ContinuousClock()

    var now: ContinuousClock.Instant { self.clock.now }
    var minimumResolution: Duration { self.clock.minimumResolution }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await self.clock.sleep(for: (deadline - self.now) / 10)
    }
}

/// Counts what it is asked: each request as `host path`.
final class ProofServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let requests = Mutex<[String]>([])
    }

    var requests: [String] { self.log.requests.withLock { $0 } }

    private init(_ channel: any Channel, _ log: Log) {
        self.channel = channel
        self.port = channel.localAddress?.port ?? 0
        self.log = log
    }

    /// Serves while the body runs.
    static func with(
        _ reply: @escaping @Sendable (_ path: String) -> ProofReply,
        _ body: (ProofServer) async throws -> Void
    ) async throws {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ProofHandler(reply, log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(ProofServer(channel, log))
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }
}

private final class ProofHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let reply: @Sendable (String) -> ProofReply
    private let log: ProofServer.Log

    init(_ reply: @escaping @Sendable (String) -> ProofReply, _ log: ProofServer.Log) {
        self.reply = reply
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = self.unwrapInboundIn(data) else { return }
        self.log.requests.withLock { $0.append("\(request.headers.first(name: "Host") ?? "") \(request.uri)") }
        let reply = self.reply(request.uri)
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "Content-Length", value: "\(reply.drips ? 900 : reply.body.utf8.count)")
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        guard !reply.drips else { return self.drip(context) }
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func drip(_ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "x")))), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(40)) {
            if context.channel.isActive { self.drip(context) }
        }
    }
}
