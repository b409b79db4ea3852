// Header fields that steer a client: Content-Type, Retry-After (RFC 9110 §10.2.3), Link (RFC 8288) and Replay-Nonce (RFC 8555 §6.5.1).

import JOSE
import OutboundHTTP
import PKIX

extension HTTPAnswer {
    /// The media type in lower case, without parameters.
    var mediaType: String? {
        self.header("Content-Type")?.split(separator: ";").first.map { $0.trimmingSpaces.lowercased() }
    }

    /// The seconds that the CA asks to wait, from now on; nil when it does not say.
    ///
    /// A date is read against the CA's own `Date`, so that clocks which differ do no harm.
    func retryAfter(now: CertificateTime) -> Int64? {
        guard let text = self.header("Retry-After")?.trimmingSpaces else { return nil }
        if let seconds = Int64(text) { return min(max(seconds, 0), Budget.longestRetryAfter) }
        guard let until = InstantText.httpDate(text) else { return nil }
        let theirs = self.header("Date").flatMap { InstantText.httpDate($0.trimmingSpaces) } ?? now
        return min(max(until.secondsSinceEpoch - theirs.secondsSinceEpoch, 0), Budget.longestRetryAfter)
    }

    /// The targets of links of a relation, as they stand.
    func links(_ relation: String) -> [String] {
        self.values("Link").flatMap { Self.links(in: $0) }.filter { $0.relations.contains(relation) }.map(\.target)
    }

    /// A nonce for the next request.
    ///
    /// RFC 8555 §6.5.1: "The value of the Replay-Nonce header field MUST be an octet string encoded according to the
    /// base64url encoding […]. Clients MUST ignore invalid Replay-Nonce values."
    var replayNonce: String? {
        guard let nonce = self.header("Replay-Nonce"), (1...Budget.tokenBytes).contains(nonce.utf8.count),
            nonce.isBase64URL
        else { return nil }
        return nonce
    }

    /// `<target>; rel="a b"; other=x, <target>; …`; what is malformed is passed over.
    private static func links(in field: String) -> [(target: String, relations: [String])] {
        var links: [(String, [String])] = []
        var rest = Substring(field)
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = String(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
            let parameters = rest.prefix { $0 != "<" }
            rest = rest.dropFirst(parameters.count)
            links.append((target, Self.relations(parameters)))
        }
        return links
    }

    private static func relations(_ parameters: Substring) -> [String] {
        for parameter in parameters.split(separator: ";") {
            let parts = parameter.split(separator: "=", maxSplits: 1).map(\.trimmingSpaces)
            guard parts.count == 2, parts[0].lowercased() == "rel" else { continue }
            return parts[1].split { "\", ".contains($0) }.map { $0.lowercased() }
        }
        return []
    }
}

extension String {
    /// Whether all characters are of base64url's alphabet, without padding.
    var isBase64URL: Bool {
        self.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    /// A stranger's text for logs and messages: printable ASCII, at most ``Budget/reasonCharacters``.
    var printable: String {
        let scalars = self.unicodeScalars.prefix(Budget.reasonCharacters)
        return String(scalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" })
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    var trimmingSpaces: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
