// A connection: TLS with the credentials of the moment, HTTP/2 or HTTP/1.1 as negotiated (RFC 7301), guards on both; or
// plain HTTP/1.1.

import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Sets up connections.
struct ManagementChannel: ServerChildChannel {
    /// What the peers agreed to speak.
    enum Negotiated: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Channel.Value)
    }

    /// A connection that is set up; what it speaks is known after its handshake.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<Negotiated>
    }

    /// What is offered in the handshake, in order of preference.
    static let applicationProtocols = ["h2", "http/1.1"]

    private let credentials: ServerCredentials?
    private let limits: ServerLimits
    private let http1: HTTP1Channel
    private let http2: HTTP2Channel

    /// - Parameter credentials: for TLS; nil for plain HTTP/1.1.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        credentials: ServerCredentials?,
        limits: ServerLimits,
        metrics: RequestMetrics
    ) {
        self.credentials = credentials
        self.limits = limits
        self.http1 = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    RequestGuard(limits: limits, metrics: metrics, isStream: false, isSecure: credentials != nil)
                ],
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: Budget.headerFieldBytes,
                    maxHeaderListSize: Budget.headerListBytes,
                    maxHeaderFieldCount: Budget.headerFields
                )
            )
        )
        // NIO bounds the rest of HTTP/2 itself: 100 streams at once, 16 KiB of header fields, 200 resets, stream errors
        // and control frames in 30 seconds, 5 CONTINUATION frames in a row.
        self.http2 = HTTP2Channel(
            responder: responder,
            configuration: HTTP2Channel.Configuration(
                idleTimeout: limits.idle,
                gracefulCloseTimeout: limits.answer,
                streamConfiguration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [
                        RequestGuard(limits: limits, metrics: metrics, isStream: true, isSecure: credentials != nil)
                    ]
                )
            )
        )
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        do {
            let pipeline = channel.pipeline.syncOperations
            guard let credentials = self.credentials else {
                try pipeline.addHandler(ConnectionGuard(limits: self.limits))
                let http1 = self.http1.setup(channel: channel, logger: logger)
                return http1.map {
                    Value(channel: channel, negotiated: channel.eventLoop.makeSucceededFuture(.http1($0)))
                }
            }
            try pipeline.addHandler(NIOSSLServerHandler(context: credentials.context))
            try pipeline.addHandler(ConnectionGuard(limits: self.limits))
            let negotiation = self.negotiation(on: channel, logger)
            try pipeline.addHandler(negotiation)
            return channel.eventLoop.makeSucceededFuture(
                Value(channel: channel, negotiated: negotiation.protocolNegotiationResult)
            )
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1(let connection): await self.http1.handle(value: connection, logger: logger)
            case .http2(let connection): await self.http2.handle(value: connection, logger: logger)
            }
        } catch {
            logger.debug("no connection", metadata: ["error": "\(error)"])
        }
    }

    private func negotiation(
        on channel: any Channel,
        _ logger: Logger
    ) -> NIOTypedApplicationProtocolNegotiationHandler<Negotiated> {
        NIOTypedApplicationProtocolNegotiationHandler { result in
            switch result {
            case .negotiated("h2"):
                self.http2.setup(channel: channel, logger: logger).map { .http2($0) }
            case .negotiated, .fallback:
                self.http1.setup(channel: channel, logger: logger).map { .http1($0) }
            }
        }
    }
}
