// IPv4 and IPv6 addresses as texts (RFC 5952 on writing).

import Foundation

/// Addresses between their octets and their text.
enum IPAddresses {
    /// Reads an address of the length: four octets or sixteen; nil for any other text.
    static func octets(_ text: String, count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        // A zero octet would end the C string early.
        guard !text.utf8.contains(0), inet_pton(count == 4 ? AF_INET : AF_INET6, text, &octets) == 1 else { return nil }
        return octets
    }

    /// The text of an address; nil when it has neither four nor sixteen octets.
    static func text(_ octets: [UInt8]) -> String? {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
