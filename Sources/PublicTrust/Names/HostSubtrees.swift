// Subtrees of host names: of dNSName and of URI names (RFC 5280 §4.2.1.10).

import PKIX

/// A subtree of DNS names.
///
/// "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the name satisfies the
/// name constraint."
struct DNSSubtree {
    /// Empty for every name.
    private let labels: [Substring]

    /// Nil for what is no subtree: a wildcard, a leading dot, a name that is none.
    init?(_ text: String) {
        if text.isEmpty {
            self.labels = []
            return
        }
        guard let labels = HostText.labels(text) else { return nil }
        self.labels = labels
    }

    func relation(of name: String) -> ConstrainedName.Relation {
        guard name.hasPrefix("*.") else {
            guard let labels = HostText.labels(name) else { return .undecided }
            return labels.ends(with: self.labels) ? .within : .outside
        }
        // A wildcard stands for any one label: it is within when its zone is, and may reach into a subtree one label below.
        guard let zone = HostText.labels(String(name.dropFirst(2))) else { return .undecided }
        if zone.ends(with: self.labels) { return .within }
        return self.labels.count == zone.count + 1 && self.labels.ends(with: zone) ? .undecided : .outside
    }
}

/// A subtree of URIs: a host, or with a leading dot the hosts below a domain.
struct URISubtree {
    private let host: HostSubtree

    init?(_ text: String) {
        guard let host = HostSubtree(text) else { return nil }
        self.host = host
    }

    /// A URI without "an authority component with a host name specified as a fully qualified domain name" is not admitted.
    func relation(of uri: String) -> ConstrainedName.Relation {
        guard let host = Self.host(of: uri) else { return .undecided }
        return self.host.contains(host) ? .within : .outside
    }

    /// RFC 3986 §3.2: `scheme://[userinfo@]host[:port]`, up to a slash, question mark or number sign.
    private static func host(of uri: String) -> [Substring]? {
        guard let separator = uri.firstRange(of: "://"),
            uri.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != 0x5C })
        else { return nil }
        let authority = uri[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let afterUser = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let host = afterUser.prefix { $0 != ":" }
        // Digits and dots alone are an IPv4 address, a bracket begins an IPv6 address; neither is a host name here.
        guard host.utf8.contains(where: { !(0x30...0x39).contains($0) && $0 != 0x2E }) else { return nil }
        return HostText.labels(String(host))
    }
}

/// A host, or with a leading dot every host below a domain.
struct HostSubtree {
    private let labels: [Substring]
    private let isDomain: Bool

    init?(_ text: String) {
        self.isDomain = text.hasPrefix(".")
        guard let labels = HostText.labels(self.isDomain ? String(text.dropFirst()) : text) else { return nil }
        self.labels = labels
    }

    /// "The constraint ".example.com" is satisfied by both host.example.com and my.host.example.com. However, the constraint
    /// ".example.com" is not satisfied by "example.com"."
    func contains(_ host: [Substring]) -> Bool {
        self.isDomain ? host.count > self.labels.count && host.ends(with: self.labels) : host == self.labels
    }
}

/// Host names within certificates of strangers: also with underscores and upper case, which some have.
enum HostText {
    /// The labels in lower case; nil for what is no host name.
    static func labels(_ text: String) -> [Substring]? {
        guard (1...253).contains(text.utf8.count) else { return nil }
        let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let isFine = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy(Self.isAdmitted)
        }
        return isFine ? labels : nil
    }

    private static func isAdmitted(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension [Substring] {
    fileprivate func ends(with suffix: [Substring]) -> Bool {
        self.count >= suffix.count && self.suffix(suffix.count).elementsEqual(suffix)
    }
}
