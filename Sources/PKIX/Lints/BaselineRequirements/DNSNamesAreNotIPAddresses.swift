extension Lint {
    /// A dNSName is no IP address.
    static let dnsNamesAreNotIPAddresses = Lint(
        "dns_names_are_not_ip_addresses",
        citation: "BR §7.1.2.7.12: `dNSName`: \"The entry MUST contain either a Fully-Qualified Domain Name or "
            + "Wildcard Domain Name\"",
        severity: .error
    ) { certificate in
        let broken = certificate.firstDNSName { name in
            let last = name.lastIndex(of: UInt8(ascii: ".")).map { name[name.index(after: $0)...] } ?? name
            return !last.isEmpty && last.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return broken.map { "dNSName \($0) ends in a number, as IPv4 addresses do" }
    }
}
