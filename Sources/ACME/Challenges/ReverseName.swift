// The reverse form of addresses (RFC 1035 §3.5, RFC 3596 §2.5): RFC 8738 §6 has it as server name of tls-alpn-01.

import PKIX

enum ReverseName {
    /// `1.0.0.127.in-addr.arpa` or 32 nibbles in `ip6.arpa`; nil when the text is no address.
    static func of(_ address: String) -> String? {
        guard let octets = IPAddress.bytes(of: address) else { return nil }
        guard octets.count == 16 else {
            return octets.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa"
        }
        let nibbles = octets.reversed().flatMap { [$0 & 15, $0 >> 4] }
        return nibbles.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
    }
}
