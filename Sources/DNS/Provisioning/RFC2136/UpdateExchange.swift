// Signed requests to one server, its clock followed (RFC 8945 §5.2.3).

import Foundation
import Synchronization

/// Exchanges signed messages; any number of tasks may do so at once.
final class UpdateExchange: Sendable {
    /// The server.
    let server: ServerAddress
    /// Our key there.
    let key: TSIGKey
    /// Who sends.
    let client: DNSClient
    private let now: @Sendable () -> Date
    /// How many seconds the server's clock is before ours, as it last said itself.
    private let offset = Mutex<Int64>(0)

    init(server: ServerAddress, key: TSIGKey, client: DNSClient, now: @escaping @Sendable () -> Date) {
        self.server = server
        self.key = key
        self.client = client
        self.now = now
    }

    /// The server's time in seconds since 1970, as far as we know.
    var time: UInt64 {
        let seconds = Int64(self.now().timeIntervalSince1970) + self.offset.withLock { $0 }
        return UInt64(clamping: seconds)
    }

    /// Sends a message signed, and returns the verified answer, whatever its response code.
    func send(_ message: Message, over transport: DNSClient.Transport) async throws(DNSError) -> Message {
        switch try await self.sendOnce(message, over: transport) {
        case (let answer, .valid): return answer
        case (_, .badTime(let serverTime)): self.follow(serverTime)
        }
        // "BADTIME: verify MAC, adjust by server time, retry once".
        guard case (let answer, .valid) = try await self.sendOnce(message, over: transport) else {
            throw DNSError(.notAuthentic, "\(self.server) does not accept its own time (BADTIME); check its clock")
        }
        return answer
    }

    /// Asks a question, signed.
    func ask(
        _ name: DomainName,
        _ type: RecordType,
        over transport: DNSClient.Transport = .datagram
    ) async throws(DNSError) -> Message {
        var message = Message(id: self.client.randomID())
        message.questions = [Question(name: name, type: type)]
        message.extensions = Message.Extensions()
        return try await self.send(message, over: transport)
    }

    private func sendOnce(
        _ message: Message,
        over transport: DNSClient.Transport
    ) async throws(DNSError) -> (Message, TSIGVerdict) {
        let signed = try self.key.sign(message, at: self.time)
        let reply = try await self.client.exchange(signed.octets, of: message, at: self.server, over: transport)
        let verdict = try self.key.verify(reply.octets, as: reply.message, to: signed, at: self.time)
        return (reply.message, verdict)
    }

    private func follow(_ serverTime: UInt64) {
        let seconds = Int64(self.now().timeIntervalSince1970)
        self.offset.withLock { $0 = Int64(clamping: serverTime) - seconds }
    }
}
