// Addresses that only this machine can use.

import NIOCore

extension SocketAddress {
    /// Whether the address is in 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), or the former mapped into IPv6.
    var isLoopback: Bool {
        // inet_ntop has one text for each address, so the text decides.
        switch self {
        case .v4: self.ipAddress?.hasPrefix("127.") ?? false
        case .v6: self.ipAddress == "::1" || self.ipAddress?.hasPrefix("::ffff:127.") ?? false
        case .unixDomainSocket: true
        }
    }

    /// Whether a host to listen on is a loopback address, or the name for it.
    static func isLoopback(host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        return (try? SocketAddress(ipAddress: host, port: 0))?.isLoopback ?? false
    }
}
