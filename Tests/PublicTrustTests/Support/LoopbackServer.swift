// A status service on loopback, which can misbehave.

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What a request gets.
enum LoopbackAnswer: Sendable {
    case body([UInt8])
    case status(Int)
    case redirect(String)
    /// A head, then an octet now and then, for ever.
    case trickle
}

/// A request as it came.
struct LoopbackRequest: Hashable, Sendable {
    let method: String
    let target: String
    let body: [UInt8]
}

/// A server on a free port.
final class LoopbackServer: Sendable {
    typealias Answers = @Sendable (LoopbackRequest) -> LoopbackAnswer

    private let channel: any Channel
    private let log: RequestLog

    final class RequestLog: Sendable {
        let answers: Mutex<Answers> = Mutex { _ in .status(503) }
        let requests = Mutex<[LoopbackRequest]>([])
    }

    init() async throws {
        let log = RequestLog()
        self.log = log
        self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 16)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { self.channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(self.port)" }
    var requests: [LoopbackRequest] { self.log.requests.withLock { $0 } }

    func answer(_ answers: @escaping Answers) { self.log.answers.withLock { $0 = answers } }

    func stop() async { try? await self.channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: RequestLog
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ log: RequestLog) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head): (self.head, self.body) = (head, [])
            case .body(let buffer): self.body += Array(buffer.readableBytesView)
            case .end:
                guard let head = self.head else { return }
                let request = LoopbackRequest(method: head.method.rawValue, target: head.uri, body: self.body)
                self.log.requests.withLock { $0.append(request) }
                let answers = self.log.answers.withLock { $0 }
                self.write(answers(request), head.version, context)
            }
        }

        private func write(_ answer: LoopbackAnswer, _ version: HTTPVersion, _ context: ChannelHandlerContext) {
            var head = HTTPResponseHead(version: version, status: .ok)
            switch answer {
            case .status(let code): head.status = HTTPResponseStatus(statusCode: code)
            case .redirect(let url):
                head.status = .found
                head.headers.add(name: "Location", value: url)
            case .body, .trickle: break
            }
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            if case .trickle = answer {
                context.flush()
                Self.drip(context.channel)
                return
            }
            if case .body(let octets) = answer {
                context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: octets)))), promise: nil)
            }
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }

        private static func drip(_ channel: any Channel) {
            guard channel.isActive else { return }
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: [0x30]))), promise: nil)
            channel.eventLoop.scheduleTask(in: .milliseconds(50)) { Self.drip(channel) }
        }
    }
}
