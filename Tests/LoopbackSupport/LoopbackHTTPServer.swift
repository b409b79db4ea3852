// An HTTP server on loopback for doubles of others' services: a function from requests to replies.

import NIOCore
import NIOHTTP1
import NIOPosix

/// A request as it came.
public struct LoopbackRequest: Sendable {
    public let method: String
    /// Without the query.
    public let path: String
    /// Without the question mark, as it came.
    public let rawQuery: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public func header(_ name: String) -> String? {
        self.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Names and values, percent-decoded.
    public var query: [String: String] {
        let pairs = self.rawQuery.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
        return Dictionary(pairs) { $1 }
    }

    private static func decoded(_ text: Substring) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                rest = rest.dropFirst(2)
                octets.append(value)
            } else {
                octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}

/// What a double does with a request.
public enum LoopbackReply: Sendable {
    case answer(Int, headers: [(String, String)] = [], body: String = "")
    /// Never answers.
    case hang
    /// Closes the connection without an answer.
    case drop
    /// Sends half of the body that the head announces, and closes the connection.
    case truncated(Int, headers: [(String, String)] = [], body: String = "")
    /// Sends half of the body that the head announces, and no more.
    case stall(Int, headers: [(String, String)] = [], body: String = "")
}

/// A server on a free port of loopback.
public struct LoopbackHTTPServer: Sendable {
    public let port: Int

    /// Serves while the body runs; on a port of choice, or a free one.
    public static func with<Value>(
        host: String = "127.0.0.1",
        port: Int = 0,
        _ reply: @escaping @Sendable (LoopbackRequest) -> LoopbackReply,
        _ body: (LoopbackHTTPServer) async throws -> Value
    ) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(LoopbackHandler(reply: reply))
                }
            }
            .bind(host: host, port: port).get()
        do {
            let value = try await body(LoopbackHTTPServer(port: channel.localAddress?.port ?? 0))
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class LoopbackHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let reply: @Sendable (LoopbackRequest) -> LoopbackReply
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(reply: @escaping @Sendable (LoopbackRequest) -> LoopbackReply) {
        self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): (self.head, self.body) = (head, [])
        case .body(let buffer): self.body += Array(buffer.readableBytesView)
        case .end:
            guard let head = self.head else { return }
            self.send(self.reply(self.request(head)), context)
        }
    }

    private func request(_ head: HTTPRequestHead) -> LoopbackRequest {
        let parts = head.uri.split(separator: "?", maxSplits: 1)
        return LoopbackRequest(
            method: head.method.rawValue,
            path: String(parts.first ?? ""),
            rawQuery: parts.count > 1 ? String(parts[1]) : "",
            headers: head.headers.map { ($0.name, $0.value) },
            body: self.body
        )
    }

    private func send(_ reply: LoopbackReply, _ context: ChannelHandlerContext) {
        switch reply {
        case .hang: return
        case .drop: context.close(promise: nil)
        case .answer(let status, let fields, let body): self.write(status, fields, body, body, context)
        case .stall(let status, let fields, let body):
            self.write(status, fields, body, String(body.prefix(body.count / 2)), context)
        case .truncated(let status, let fields, let body):
            self.write(status, fields, body, String(body.prefix(body.count / 2)), context)
            context.close(promise: nil)
        }
    }

    private func write(
        _ status: Int,
        _ fields: [(String, String)],
        _ announced: String,
        _ body: String,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(fields)
        headers.replaceOrAdd(name: "Content-Length", value: "\(announced.utf8.count)")
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        if !body.isEmpty {
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        guard announced == body else { return context.flush() }
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }
}
