// Subtrees of addresses and of mailboxes (RFC 5280 §4.2.1.10; RFC 5321 §4.1.2).

/// A block of IP addresses: "the address and mask in the style of RFC 4632 (CIDR)", 8 or 32 octets.
struct AddressSubtree {
    private let address: ArraySlice<UInt8>
    private let mask: ArraySlice<UInt8>

    /// Nil for what is no block, such as a mask with holes.
    init?(_ octets: [UInt8]) {
        guard octets.count == 8 || octets.count == 32 else { return nil }
        self.address = octets.prefix(octets.count / 2)
        self.mask = octets.suffix(octets.count / 2)
        // Ones, then zeros: within an octet too, and after one that is not full nothing but zeros.
        guard self.mask.allSatisfy({ (~$0).leadingZeroBitCount + $0.trailingZeroBitCount >= 8 }),
            self.mask.drop(while: { $0 == 0xFF }).dropFirst().allSatisfy({ $0 == 0 })
        else { return nil }
    }

    func relation(of name: [UInt8]) -> ConstrainedName.Relation {
        guard name.count == 4 || name.count == 16 else { return .undecided }
        guard name.count == self.address.count else { return .outside }
        let isWithin = zip(zip(name, self.address), self.mask).allSatisfy { $0.0 & $1 == $0.1 & $1 }
        return isWithin ? .within : .outside
    }
}

/// A mailbox, the mailboxes of a host, or with a leading dot those of every host below a domain.
struct MailSubtree {
    private enum Kind {
        case mailbox(Mailbox)
        case hosts(HostSubtree)
    }

    private let kind: Kind

    init?(_ text: String) {
        if text.contains("@") {
            guard let mailbox = Mailbox(text) else { return nil }
            self.kind = .mailbox(mailbox)
        } else {
            guard let hosts = HostSubtree(text) else { return nil }
            self.kind = .hosts(hosts)
        }
    }

    func relation(of name: String) -> ConstrainedName.Relation {
        guard let mailbox = Mailbox(name) else { return .undecided }
        switch self.kind {
        case .mailbox(let wanted): return mailbox == wanted ? .within : .outside
        case .hosts(let hosts): return hosts.contains(mailbox.host) ? .within : .outside
        }
    }
}

/// A mailbox whose local part is a dot-string: case counts before the @, and not after (RFC 5280 §7.5).
private struct Mailbox: Equatable {
    let local: Substring
    let host: [Substring]

    init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, !parts[0].hasPrefix("."),
            !parts[0].hasSuffix("."), !parts[0].contains(".."), parts[0].utf8.allSatisfy(Self.isAtomText),
            let host = HostText.labels(String(parts[1]))
        else { return nil }
        (self.local, self.host) = (parts[0], host)
    }

    /// RFC 5322 §3.2.3, and the dot between atoms.
    private static func isAtomText(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: Self.symbols.contains(octet)
        }
    }

    private static let symbols: [UInt8] = Array("!#$%&'*+-/=?^_`{|}~.".utf8)
}
