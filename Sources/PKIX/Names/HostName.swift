// Host names as certificates carry them (RFC 1035 §2.3.1 and §2.3.4, RFC 1123 §2.1, RFC 5280 §4.2.1.6).

/// A host name in lower case: letters, digits and hyphens, without the final dot.
///
/// Internationalised names stand in their A-label form (`xn--…`). A last label of digits alone is refused: it would
/// read as an IPv4 address.
public struct HostName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Checks a name.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName`; the reason names the rule that is broken.
    public init(_ name: String) throws(PKIXError) {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.count <= Budget.hostNameBytes else {
            throw PKIXError(
                .invalidName,
                "a host name has 1 to \(Budget.hostNameBytes) characters, this one \(bytes.count)"
            )
        }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            try Self.check(label, of: name)
        }
        guard labels.last?.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) != true else {
            throw PKIXError(.invalidName, "the last label of host name '\(name)' is a number")
        }
        self.description = name
    }

    private static func check(_ label: ArraySlice<UInt8>, of name: String) throws(PKIXError) {
        guard !label.isEmpty, label.count <= Budget.labelBytes else {
            throw PKIXError(
                .invalidName,
                "a label of host name \(name.quotedForMessage) has \(label.count) characters; 1 to 63 are admitted"
            )
        }
        guard label.allSatisfy(self.isAdmitted) else {
            throw PKIXError(
                .invalidName,
                "host name \(name.quotedForMessage) has a character other than a-z, 0-9 and '-'"
                    + " (write it in lower case, internationalised names as xn--…)"
            )
        }
        guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
            throw PKIXError(.invalidName, "a label of host name '\(name)' begins or ends with a hyphen")
        }
    }

    private static func isAdmitted(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// How many labels the name has.
    public var labelCount: Int { self.description.utf8.reduce(1) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) } }
}

extension String {
    /// The text in quotes, cut to 80 characters, with everything but printable ASCII replaced: a hostile name cannot
    /// forge lines in a log or an answer.
    var quotedForMessage: String {
        let printable = self.unicodeScalars.prefix(80).map {
            (0x20..<0x7F).contains($0.value) ? Character($0) : "\u{FFFD}"
        }
        return "'" + String(printable) + (self.unicodeScalars.count > 80 ? "…'" : "'")
    }
}
