// Bounds on what strangers name as targets.

extension Budget {
    /// A URL that we fetch or deliver to, in octets: what browsers and proxies are sure to take.
    public static let urlBytes = 2_048
    /// Addresses of one target that are judged: more than any resolver's answer without truncation has reason to hold.
    public static let targetAddresses = 64
}
