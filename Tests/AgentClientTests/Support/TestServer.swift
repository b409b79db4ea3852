// A small HTTP/1.1 server on a free loopback port, with or without TLS.

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SwiftASN1
import X509

struct TestRequest: Sendable {
    let method: HTTPMethod
    let target: String
    let headers: HTTPHeaders
    let body: [UInt8]
}

enum TestReply: Sendable {
    /// Status, header fields, body.
    case answer(Int, [(String, String)] = [], String)
    /// The connection is closed without an answer.
    case close
    /// No answer ever comes.
    case hang
    /// The head of an answer comes, its body never.
    case headOnly

    static func json(_ status: Int = 200, _ body: String) -> TestReply {
        .answer(status, [("Content-Type", "application/json")], body)
    }

    static func problem(_ status: Int, _ code: String, _ detail: String, _ headers: [(String, String)] = [])
        -> TestReply
    {
        .answer(
            status,
            [("Content-Type", "application/problem+json"), ("X-Request-Id", "request-1")] + headers,
            #"{"type":"urn:x","title":"T","status":\#(status),"detail":"\#(detail)","code":"\#(code)","extra":[1]}"#
        )
    }
}

/// A server; ``stop()`` must be called.
struct TestServer: Sendable {
    let port: Int
    private let channel: any Channel

    /// Starts a server; with TLS when credentials are given.
    static func start(
        tls: (certificates: [Certificate], key: Certificate.PrivateKey)?,
        _ reply: @escaping @Sendable (TestRequest) -> TestReply
    ) async throws -> TestServer {
        let context = try tls.map { try self.context($0.certificates, $0.key) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(TestServerHandler(reply))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        guard let port = channel.localAddress?.port else { throw TestFailure("no port") }
        return TestServer(port: port, channel: channel)
    }

    func stop() async {
        // It may have been stopped before.
        try? await self.channel.close()
    }

    private static func context(_ certificates: [Certificate], _ key: Certificate.PrivateKey) throws -> NIOSSLContext {
        let chain = try certificates.map { certificate in
            let pem = try certificate.serializeAsPEM().pemString
            return NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem))
        }
        let keyPEM = try key.serializeAsPEM().pemString
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem))
            )
        )
    }
}

private final class TestServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let reply: @Sendable (TestRequest) -> TestReply
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ reply: @escaping @Sendable (TestRequest) -> TestReply) {
        self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): (self.head, self.body) = (head, [])
        case .body(let part): self.body += part.readableBytesView
        case .end:
            guard let head = self.head else { return }
            let request = TestRequest(method: head.method, target: head.uri, headers: head.headers, body: self.body)
            self.send(self.reply(request), in: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func send(_ reply: TestReply, in context: ChannelHandlerContext) {
        switch reply {
        case .hang: break
        case .close: context.close(promise: nil)
        case .headOnly:
            let headers = HTTPHeaders([("Content-Type", "application/json"), ("Content-Length", "10")])
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
            context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
        case .answer(let status, let fields, let body):
            let headers = HTTPHeaders(fields + [("Content-Length", String(body.utf8.count))])
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
