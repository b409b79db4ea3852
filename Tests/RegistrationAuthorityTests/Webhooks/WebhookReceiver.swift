// A web server on loopback that takes deliveries, well or badly.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A delivery as it came.
struct ReceivedHook: Sendable {
    let method: String
    let target: String
    let headers: HTTPHeaders
    let body: [UInt8]

    subscript(_ name: String) -> String? { self.headers.first(name: name) }
}

/// What a receiver does.
enum HookReply: Sendable {
    case answer(Int, headers: [(String, String)] = [], body: String = "")
    /// Never answers.
    case hang
    /// Closes the connection without an answer.
    case drop
    /// Answers with a status and a body that does not end.
    case flood(Int)
}

/// A receiver on a free port of loopback.
final class WebhookReceiver: Sendable {
    private let channel: any Channel
    private let state: State

    private final class State: Sendable {
        let hooks = Mutex<[ReceivedHook]>([])
        let connections = Mutex(0)
    }

    var port: Int { self.channel.localAddress?.port ?? 0 }
    var hooks: [ReceivedHook] { self.state.hooks.withLock { $0 } }
    var connections: Int { self.state.connections.withLock { $0 } }

    private init(_ channel: any Channel, _ state: State) {
        self.channel = channel
        self.state = state
    }

    /// Serves while the body runs; the reply is to the delivery and how many came before it.
    static func with(
        tls: NIOSSLContext? = nil,
        _ reply: @escaping @Sendable (ReceivedHook, Int) -> HookReply,
        _ body: (WebhookReceiver) async throws -> Void
    ) async throws {
        let state = State()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    state.connections.withLock { $0 += 1 }
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        HookHandler { hook in
                            let before = state.hooks.withLock { hooks in
                                hooks.append(hook)
                                return hooks.count - 1
                            }
                            return reply(hook, before)
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(WebhookReceiver(channel, state))
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }
}

private final class HookHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let reply: @Sendable (ReceivedHook) -> HookReply
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ reply: @escaping @Sendable (ReceivedHook) -> HookReply) {
        self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): (self.head, self.body) = (head, [])
        case .body(let buffer): self.body += Array(buffer.readableBytesView)
        case .end:
            guard let head = self.head else { return }
            let hook = ReceivedHook(
                method: head.method.rawValue,
                target: head.uri,
                headers: head.headers,
                body: self.body
            )
            self.send(self.reply(hook), context)
        }
    }

    private func send(_ reply: HookReply, _ context: ChannelHandlerContext) {
        switch reply {
        case .hang: return
        case .drop: context.close(promise: nil)
        case .answer(let status, let fields, let body):
            var headers = HTTPHeaders(fields)
            headers.replaceOrAdd(name: "Content-Length", value: "\(body.utf8.count)")
            self.begin(status, headers, context)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        case .flood(let status):
            self.begin(status, ["Transfer-Encoding": "chunked"], context)
            self.flood(context)
        }
    }

    private func begin(_ status: Int, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
    }

    private func flood(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let chunk = ByteBuffer(repeating: 0x61, count: 65_536)
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.value.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(chunk)))).whenSuccess {
            handler.value.flood(context.value)
        }
    }
}
