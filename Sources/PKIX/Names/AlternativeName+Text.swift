// Names as people write them: a host name, or an IP address in its text form (RFC 4291 §2.2).

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension AlternativeName {
    /// Reads an IPv4 or IPv6 address or a host name; `nil` for anything else.
    public init?(hostOrAddress text: String) {
        if let bytes = IPAddress.bytes(of: text) {
            self = .ip(bytes)
        } else if let host = try? HostName(text) {
            self = .dns(host)
        } else {
            return nil
        }
    }
}

extension IPAddress {
    /// The 4 or 16 octets of an address in its text form, without brackets; `nil` when it is none.
    public static func bytes(of text: String) -> [UInt8]? {
        // inet_pton reads up to a NUL: what stands behind it must not be passed over.
        guard !text.utf8.contains(0) else { return nil }
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &octets) == 1 { return Array(octets[..<4]) }
        return inet_pton(AF_INET6, text, &octets) == 1 ? octets : nil
    }
}
