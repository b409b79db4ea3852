// A host that does not speak TLS.

import NIOCore
import NIOPosix
import Synchronization

/// A listener on loopback.
final class Peer: Sendable {
    /// What it does with a connection.
    enum Manner: Sendable, CaseIterable {
        /// Takes what comes and says nothing.
        case silence
        /// Closes at once.
        case close
        /// Speaks another protocol.
        case plain
        /// Sends records of TLS without an end.
        case flood
    }

    private let count = Mutex(0)
    private let manner: @Sendable (Int) -> Manner

    var connections: Int { self.count.withLock { $0 } }

    private init(_ manner: @escaping @Sendable (Int) -> Manner) { self.manner = manner }

    static func with(
        _ manner: @escaping @Sendable (Int) -> Manner,
        body: (UInt16, Peer) async throws -> Void
    ) async throws {
        let peer = Peer(manner)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 128)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = peer.count.withLock { count in
                        count += 1
                        return count
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(peer.manner(number)))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(UInt16(channel.localAddress?.port ?? 0), peer)
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let manner: Manner

        init(_ manner: Manner) { self.manner = manner }

        func channelActive(context: ChannelHandlerContext) {
            switch self.manner {
            case .silence: break
            case .close: context.close(promise: nil)
            case .plain:
                context.writeAndFlush(NIOAny(ByteBuffer(string: "220 mail.example.com ESMTP\r\n")), promise: nil)
            case .flood: Self.flood(context.channel)
            }
        }

        /// Handshake records (RFC 8446 §5.1) of a message that is announced as very long.
        private static func flood(_ channel: any Channel) {
            guard channel.isActive else { return }
            let record: [UInt8] = [22, 3, 3, 0x40, 0] + [2, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 16_380)
            channel.writeAndFlush(ByteBuffer(bytes: record)).whenSuccess { Self.flood(channel) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
