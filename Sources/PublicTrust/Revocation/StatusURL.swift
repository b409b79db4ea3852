// Addresses of status services as certificates name them: plain HTTP or HTTPS, a host, a port.

import Synchronization

/// A URL that may be called.
struct StatusURL: Hashable, Sendable {
    /// In lower case; of an IPv6 address without the brackets.
    let host: String
    let port: Int

    init(_ text: String) throws(StatusFailure) {
        // A backslash is none of RFC 3986's characters, and ends an authority for some readers.
        guard (9...Budget.urlBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
        else { throw StatusFailure("the address of the status service is no URL") }
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lower.hasPrefix($0) }) else {
            throw StatusFailure("the address of the status service is not one of HTTP")
        }
        let authority = lower.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        // Brackets are IPv6's: such an address cannot be looked up and replaced as a name can.
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("["), !authority.contains("%") else {
            throw StatusFailure("the address of the status service has no host that can be called")
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts[0].isEmpty else { throw StatusFailure("the status service's URL has no host") }
        let standard = scheme == "http://" ? 80 : 443
        guard let port = parts.count == 2 ? Int(parts[1]) : standard, (1...65_535).contains(port) else {
            throw StatusFailure("the status service's URL has no port that can be called")
        }
        self.host = String(parts[0])
        self.port = port
    }
}

/// Text of addresses for connections.
enum AddressText {
    /// `192.0.2.1`, or eight groups of an IPv6 address; nil for another number of octets.
    static func text(_ octets: [UInt8]) -> String? {
        switch octets.count {
        case 4: octets.map(String.init).joined(separator: ".")
        case 16:
            stride(from: 0, to: 16, by: 2).map { index in
                String(UInt16(octets[index]) << 8 | UInt16(octets[index + 1]), radix: 16)
            }.joined(separator: ":")
        default: nil
        }
    }
}

/// How many exchanges there are at one time.
final class ExchangeSlots: Sendable {
    private let taken = Mutex(0)

    func take() -> Bool {
        self.taken.withLock { taken in
            guard taken < Budget.exchanges else { return false }
            taken += 1
            return true
        }
    }

    func giveBack() { self.taken.withLock { $0 -= 1 } }
}
