// A TCP connection without any manners: what is sent is sent, what comes is kept.

import Foundation
import Glibc

/// A blocking connection, on a thread of its own.
// Unchecked is safe: one test uses one connection at a time, each call on a thread that the test waits for.
public final class RawConnection: @unchecked Sendable {
    private let socket: Int32
    private var received: [UInt8] = []

    /// A call of the system that failed.
    public struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Connects to a port of this machine.
    public init(port: Int) throws {
        self.socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // struct sockaddr_in on Linux (ip(7)): family, port and address, the last two in network order, eight zeros.
        let address: [UInt8] =
            [UInt8(AF_INET), 0, UInt8(port >> 8), UInt8(port & 0xFF), 127, 0, 0, 1] + Array(repeating: 0, count: 8)
        let result = address.withUnsafeBytes { bytes in
            connect(self.socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(self.socket) }

    /// Sends the octets of a text.
    @discardableResult
    public func send(_ text: String) -> Bool { self.send(Array(text.utf8)) }

    /// Sends octets; false when the peer has closed.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(self.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Closes the sending side.
    public func finish() { shutdown(self.socket, Int32(SHUT_WR)) }

    /// Has the connection end with a reset, not in peace, when it is let go.
    public func resets() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.socket, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads until what came satisfies a condition, the peer closes, or the time is over.
    public func read(seconds: Double = 10, until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readBlocking(seconds, isEnough)) }
        }
    }

    /// Reads until the peer closes; nil when it does not in time.
    public func readToEnd(seconds: Double = 10) async -> String? {
        let text = await self.read(seconds: seconds) { _ in false }
        return self.isAtEnd ? text : nil
    }

    private var isAtEnd = false

    private func readBlocking(_ seconds: Double, _ isEnough: (String) -> Bool) -> String {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !isEnough(self.text), !self.isAtEnd, case let left = deadline.timeIntervalSinceNow, left > 0 {
            var poll = pollfd(fd: self.socket, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, Int32(max(1, left * 1_000))) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(self.socket, &buffer, buffer.count, 0)
            if count > 0 { self.received += buffer[..<count] } else { self.isAtEnd = true }
        }
        defer { self.received = [] }
        return self.text
    }

    private var text: String { String(decoding: self.received, as: UTF8.self) }
}
