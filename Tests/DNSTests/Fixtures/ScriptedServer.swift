import DNS
import NIOCore
import NIOPosix

/// A server on loopback that answers what a test says: any octets, or nothing, over UDP and TCP on one port.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (_ request: [UInt8], _ overTCP: Bool) -> [[UInt8]]

    let address: ServerAddress
    private let channels: [any Channel]

    /// Starts a server.
    init(_ script: @escaping Script) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        while true {
            let stream = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(StreamScript(script))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = UInt16(stream.localAddress!.port!)
            let datagram = try? await DatagramBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramScript(script))
                    }
                }
                .bind(host: "127.0.0.1", port: Int(port)).get()
            guard let datagram else {
                try await stream.close()
                continue
            }
            self.channels = [stream, datagram]
            self.address = try ServerAddress("127.0.0.1:\(port)")
            return
        }
    }

    /// Starts a server that answers messages with messages.
    convenience init(answering answer: @escaping @Sendable (Message) -> Message?) async throws {
        try await self.init { request, _ in
            guard let request = try? Message(wire: request), let answer = answer(request) else { return [] }
            return (try? answer.wire()).map { [$0] } ?? []
        }
    }

    /// Closes its sockets.
    func stop() async {
        for channel in self.channels { try? await channel.close() }
    }
}

extension Message {
    /// An answer to a question, with records.
    func answered(
        _ records: [ResourceRecord] = [],
        _ code: ResponseCode = .noError,
        isAuthoritative: Bool = true
    ) -> Message {
        var answer = self
        answer.isResponse = true
        answer.isAuthoritative = isAuthoritative
        answer.isAuthenticated = false
        answer.responseCode = code
        answer.answers = records.map { MessageRecord(name: $0.name, ttl: $0.ttl, data: $0.data) }
        return answer
    }

    /// An answer from a table of records, aliases not followed.
    func answered(from records: [ResourceRecord]) -> Message {
        let question = self.questions[0]
        let atName = records.filter { $0.name == question.name }
        let matching = atName.filter { $0.data.type == question.type || $0.data.type == .cname }
        return self.answered(matching, atName.isEmpty ? .nameError : .noError)
    }
}

private final class DatagramScript: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>
    private let script: ScriptedServer.Script

    init(_ script: @escaping ScriptedServer.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        for answer in self.script(Array(envelope.data.readableBytesView), false) {
            let buffer = context.channel.allocator.buffer(bytes: answer)
            let answer = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: buffer)
            context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
        }
    }
}

private final class StreamScript: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let script: ScriptedServer.Script
    private var received = ByteBuffer()

    init(_ script: @escaping ScriptedServer.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = self.unwrapInboundIn(data)
        self.received.writeBuffer(&data)
        while let request = self.received.readLengthPrefixedSlice(as: UInt16.self) {
            for answer in self.script(Array(request.readableBytesView), true) {
                var buffer = context.channel.allocator.buffer(capacity: answer.count + 2)
                buffer.writeInteger(UInt16(answer.count))
                buffer.writeBytes(answer)
                context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil)
            }
        }
    }
}
