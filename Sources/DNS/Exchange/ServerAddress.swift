// Where a DNS server listens.

internal import NIOCore

/// An address and a port.
public struct ServerAddress: Hashable, Sendable {
    /// The address.
    public let address: IPAddress
    /// The port, of UDP and TCP.
    public let port: UInt16

    /// Creates an address.
    public init(_ address: IPAddress, port: UInt16 = 53) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; without a port it is 53.
    ///
    /// - Throws: ``DNSError`` with `.invalidName`.
    public init(_ text: String) throws(DNSError) {
        if let address = IPAddress(text) {
            self.init(address)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0,
            let address = Self.unbracketed(text[..<colon])
        else {
            throw DNSError(.invalidName, "'\(text)' is no address of a server; write 192.0.2.1:53 or [2001:db8::1]:53")
        }
        self.init(address, port: port)
    }

    private static func unbracketed(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress(String(text.dropFirst().dropLast())).flatMap { $0.octets.count == 16 ? $0 : nil }
        }
        return IPAddress(String(text)).flatMap { $0.octets.count == 4 ? $0 : nil }
    }

    /// The address for sockets.
    func socketAddress() throws(DNSError) -> SocketAddress {
        do {
            return try SocketAddress(ipAddress: self.address.description, port: Int(self.port))
        } catch {
            throw DNSError(.invalidName, "\(self) is no address of a server")
        }
    }
}

extension ServerAddress: CustomStringConvertible {
    /// The form that ``init(_:)`` reads.
    public var description: String {
        self.address.octets.count == 4 ? "\(self.address):\(self.port)" : "[\(self.address)]:\(self.port)"
    }
}
