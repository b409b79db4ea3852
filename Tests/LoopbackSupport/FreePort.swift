// Ports for servers that cannot be told to choose their own.

import Foundation
import Glibc
import Synchronization

/// A port of loopback for a server that starts later.
///
/// Ports that the kernel gives to whoever asks for any (`ip_local_port_range`: every outgoing connection, every listener on
/// port 0) are left alone where others remain, and no port is given twice in a process: what is free here is still free when
/// the server starts.
public enum FreePort {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port on which nothing listens at 127.0.0.1, neither by TCP nor by UDP.
    ///
    /// - Throws: ``ServerFailure`` when no port is free.
    public static func next() throws -> Int {
        let candidates = Self.candidates
        return try Self.given.withLock { given in
            for _ in 0..<candidates.count {
                let port = UInt16.random(in: candidates)
                guard !given.contains(port), LoopbackPort.isFree(port, at: 0x7F00_0001) else { continue }
                given.insert(port)
                return Int(port)
            }
            throw ServerFailure(description: "no port of \(candidates) is free")
        }
    }

    /// What is below the kernel's own range, unless that begins too low.
    private static var candidates: ClosedRange<UInt16> {
        let range = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        let lowest = range?.split(whereSeparator: \.isWhitespace).first.flatMap { UInt16($0) } ?? 32_768
        return 10_000...(lowest > 12_000 ? lowest - 1 : 65_000)
    }
}

/// An address of loopback at which the ports of the web, 80 and 443, are free.
///
/// Servers that validate there have it to themselves, whatever else listens at 127.0.0.1: all of 127.0.0.0/8 is this machine.
public enum WebAddress {
    /// Whether this process may listen there: as root, or with `net.ipv4.ip_unprivileged_port_start` at 80.
    public static let isPermitted = (try? WebAddress.next()) != nil

    /// An address for one test.
    ///
    /// - Throws: ``ServerFailure`` when the ports are not to be had.
    public static func next() throws -> String {
        for _ in 0..<64 {
            let parts: [UInt8] = [127, .random(in: 1...254), .random(in: 1...254), .random(in: 1...254)]
            let address = parts.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard LoopbackPort.isFree(80, at: address), LoopbackPort.isFree(443, at: address) else { continue }
            return parts.map(String.init).joined(separator: ".")
        }
        throw ServerFailure(description: "ports 80 and 443 are free at no address of loopback, or not permitted")
    }
}

private enum LoopbackPort {
    /// Whether this process may listen at a port of an address, by TCP and by UDP.
    static func isFree(_ port: UInt16, at host: UInt32) -> Bool {
        [SOCK_STREAM, SOCK_DGRAM].allSatisfy { kind in
            let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = host.bigEndian
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }
}
