// What is known of a request besides its head and body.

import Hummingbird
import Logging
import NIOCore
import NIOSSL

/// The context of one request.
struct ManagementContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address at the other end of the connection.
    ///
    /// Header fields that claim another one are not believed.
    let remoteAddress: SocketAddress?
    /// The connection, or the stream of one; nil in tests without sockets.
    private let channel: (any Channel)?
    private let receivedAt = NIODeadline.now()
    /// The id of the request, in answer, log and audit log.
    private(set) var requestID: String

    init(source: ApplicationRequestContextSource) {
        self.init(remoteAddress: source.channel.remoteAddress, logger: source.logger, channel: source.channel)
    }

    init(remoteAddress: SocketAddress?, logger: Logger, channel: (any Channel)? = nil) {
        self.channel = channel
        let source = ContextSource(logger: logger)
        self.coreContext = CoreRequestContextStorage(source: source)
        self.remoteAddress = remoteAddress
        self.requestID = logger[metadataKey: Self.hummingbirdKey]?.description ?? RequestID().description
        self.name(self.requestID)
    }

    /// How long ago the request came.
    var age: Duration { .nanoseconds((NIODeadline.now() - self.receivedAt).nanoseconds) }

    /// The DER of the certificate that the client has shown and the handshake has verified; nil when it showed none.
    func clientCertificate() async -> [UInt8]? {
        // A stream of HTTP/2 is a channel on the connection's, which speaks TLS.
        for candidate in [self.channel?.parent, self.channel].compactMap(\.self) {
            if let certificate = try? await candidate.nioSSL_peerCertificate().get() {
                return try? certificate.toDERBytes()
            }
        }
        return nil
    }

    /// Takes the caller's id for the request, if it is one.
    mutating func adopt(requestID candidate: String?) {
        guard let candidate, Self.isRequestID(candidate) else { return }
        self.name(candidate)
    }

    /// 1 to 64 of letters, digits, `.`, `_` and `-`: nothing that could forge a line of a log.
    static func isRequestID(_ text: String) -> Bool {
        (1...Budget.requestIDCharacters).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static let hummingbirdKey = "hb.request.id"

    private mutating func name(_ requestID: String) {
        self.requestID = requestID
        self.logger[metadataKey: Self.hummingbirdKey] = nil
        self.logger[metadataKey: "request"] = .string(requestID)
    }
}

private struct ContextSource: RequestContextSource {
    let logger: Logger
}
