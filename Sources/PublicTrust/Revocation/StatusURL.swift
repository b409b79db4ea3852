// Addresses of status services as certificates name them: plain HTTP or HTTPS, a host, a port.

import Foundation

/// A URL that may be called.
///
/// What is called is ``text``, which is made of the parts that were judged: readers of URLs differ in what they take for the
/// host, and in whether they keep its case, and an address is pinned by the host's very text.
struct StatusURL: Hashable, Sendable {
    /// In lower case; of an IPv6 address without the brackets.
    let host: String
    let port: Int
    /// The URL with scheme and host in lower case, without a fragment.
    let text: String

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
        (self.host, self.port) = (String(parts[0]), port)
        let rest = text.dropFirst(scheme.count + authority.count).prefix { $0 != "#" }
        let explicit = parts.count == 2 ? "\(self.host):\(port)" : self.host
        self.text = scheme + explicit + (rest.hasPrefix("/") ? "" : "/") + rest
        try self.checkReading(standardPort: standard)
    }

    /// The client reads the URL again, with Foundation: it must find the same host and port.
    private func checkReading(standardPort: Int) throws(StatusFailure) {
        guard self.host.utf8.allSatisfy(Self.isOfHost), let read = URL(string: self.text), read.host == self.host,
            (read.port ?? standardPort) == self.port, read.user == nil, read.password == nil
        else { throw StatusFailure("the status service's URL has no host that is read in one way alone") }
    }

    /// Letters, digits, hyphens and dots (RFC 1123 §2.1), and the underscores that some names have.
    private static func isOfHost(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
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
