// One question to one server: UDP with EDNS, TCP on truncation (RFC 1035 §4.2, RFC 6891, RFC 7766, RFC 5452).

public import NIOCore
public import NIOPosix
import Synchronization

/// Asks servers; any number of tasks may ask at once.
///
/// Each question goes out from a socket of its own, connected to the server, so from a random port and with no answer
/// from elsewhere let through; its id is random, and an answer that does not repeat the question is not one.
public final class DNSClient: Sendable {
    /// How a message travels.
    public enum Transport: Sendable {
        /// UDP, and TCP when the answer is truncated.
        case datagram
        /// TCP.
        case stream
    }

    /// What a question asks for besides its records.
    public struct Options: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// Creates options from bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The server is to resolve it (RD), and to say whether it has validated the answer (AD).
        public static let recursion = Options(rawValue: 1)
        /// DNSSEC's records too (DO).
        public static let signatures = Options(rawValue: 2)
    }

    let group: any EventLoopGroup
    private let generator: Mutex<any RandomNumberGenerator & Sendable>
    private let timeout: Duration
    private let attempts: Int

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - generator: for message ids.
    ///   - timeout: how long one attempt waits for its answer.
    ///   - attempts: how often a question goes out over UDP before its server counts as silent.
    ///   - group: whose event loops do the work.
    public init(
        generator: any RandomNumberGenerator & Sendable,
        timeout: Duration = .seconds(2),
        attempts: Int = 2,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.generator = Mutex(generator)
        self.timeout = timeout
        self.attempts = max(attempts, 1)
        self.group = group
    }

    /// Asks a server, and returns what it answers, whatever its response code.
    ///
    /// - Throws: ``DNSError`` with `.timeout`, `.serverFailure` when the server cannot be reached, `.malformedMessage`.
    public func ask(
        _ question: Question,
        at server: ServerAddress,
        options: Options = [],
        over transport: Transport = .datagram
    ) async throws(DNSError) -> Message {
        var message = Message(id: self.randomID())
        message.questions = [question]
        message.recursionDesired = options.contains(.recursion)
        message.isAuthenticated = options.contains(.recursion)
        message.extensions = Message.Extensions(wantsSignatures: options.contains(.signatures))
        return try await self.exchange(message.wire(), of: message, at: server, over: transport).message
    }

    /// A random id for a message.
    func randomID() -> UInt16 {
        self.generator.withLock { generator in UInt16.random(in: .min ... .max, using: &generator) }
    }
}

/// An answer with the octets that it was read from, which its signature covers.
struct Reply: Sendable {
    let octets: [UInt8]
    let message: Message
}

extension DNSClient {
    /// Sends a request on the wire and reads what answers it.
    func exchange(
        _ octets: [UInt8],
        of request: Message,
        at server: ServerAddress,
        over transport: Transport
    ) async throws(DNSError) -> Reply {
        if case .datagram = transport, octets.count <= Int(Budget.datagramOctets) {
            let reply = try await self.datagrams(octets, of: request, at: server)
            if !reply.message.isTruncated { return reply }
        }
        return try await self.stream(octets, to: server, timeout: self.timeout) { octets throws(DNSError) in
            guard let message = try request.answer(in: octets) else {
                throw DNSError(.malformedMessage, "\(server) answered something else over TCP")
            }
            return Reply(octets: octets, message: message)
        }
    }

    private func datagrams(
        _ octets: [UInt8],
        of request: Message,
        at server: ServerAddress
    ) async throws(DNSError) -> Reply {
        var attempt = 1
        while true {
            do {
                return try await self.datagram(octets, to: server, timeout: self.timeout) { octets throws(DNSError) in
                    try request.answer(in: octets).map { Reply(octets: octets, message: $0) }
                }
            } catch {
                guard error.code == .timeout, attempt < self.attempts, !Task.isCancelled else { throw error }
                attempt += 1
            }
        }
    }
}

extension Message {
    /// Reads octets as the answer to this message; nil when they are not.
    func answer(in octets: [UInt8]) throws(DNSError) -> Message? {
        // The id before anything else: what a stranger throws in is not even read.
        guard octets.count >= 12, UInt16(octets[0]) << 8 | UInt16(octets[1]) == self.id else { return nil }
        let answer = try Message(wire: octets)
        guard answer.isResponse, answer.operation == self.operation else { return nil }
        // A server that could not read the question may leave it out (RFC 1035 §4.1.1, FORMERR), others repeat it.
        if answer.questions.isEmpty, answer.responseCode != .noError || self.operation == .update { return answer }
        return answer.questions == self.questions ? answer : nil
    }
}
