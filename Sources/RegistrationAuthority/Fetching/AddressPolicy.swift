// Which addresses strangers may make us connect to: the guard against server-side request forgery.
//
// A name says nothing: what counts is the address that the connection is made to. Whoever fetches resolves the name,
// asks here about every address of the answer, and connects to one that was admitted, without resolving again (else the
// name may have been bound anew meanwhile). Redirects begin from the start.

/// What is said of an address.
public enum AddressVerdict: Hashable, Sendable {
    /// Connect.
    case admitted
    /// Do not connect; the reason is safe to show to whoever named the target.
    ///
    /// It never has the address: what an inner name resolves to is not for strangers.
    case refused(reason: String)

    /// Whether to connect.
    public var isAdmitted: Bool { self == .admitted }
}

/// The addresses that we connect to on behalf of others.
///
/// Without any list these are those of the public Internet: no special-purpose block of IANA, no multicast, no IPv6 beyond
/// 2000::/3, and no metadata service of a cloud.
public struct AddressPolicy: Hashable, Sendable {
    /// Blocks that are admitted although they are special.
    ///
    /// A metadata service is admitted only by an entry of its very address. An IPv6 address that carries an IPv4 address
    /// is admitted when both are: `64:ff9b::/96` here, on a host behind NAT64, opens the public Internet and no more.
    public let allowed: [AddressBlock]
    /// Blocks that are refused whatever else is said; for instance one's own public addresses.
    public let refused: [AddressBlock]

    /// Creates the policy.
    public init(allowed: [AddressBlock] = [], refused: [AddressBlock] = []) {
        self.allowed = allowed
        self.refused = refused
    }

    /// Judges an address of 4 or 16 octets in network order.
    public func check(address: [UInt8]) -> AddressVerdict {
        guard address.count == 4 || address.count == 16 else {
            return .refused(reason: "an IP address has 4 or 16 octets, not \(address.count)")
        }
        guard !self.refused.contains(where: { $0.contains(address) }) else {
            return .refused(reason: "this installation does not connect to the address")
        }
        if let metadata = SpecialPurposeBlock.metadata.first(where: { $0.block.contains(address) }) {
            return self.allowed.contains(metadata.block)
                ? .admitted : .refused(reason: "the address is reserved: \(metadata.name)")
        }
        let special = SpecialPurposeBlock.containing(address)
        if self.allowed.contains(where: { $0.contains(address) }) {
            guard let offset = special?.embeddedIPv4 else { return .admitted }
            return self.check(address: Array(address[offset..<(offset + 4)]))
        }
        if let special { return .refused(reason: "the address is reserved: \(special.name)") }
        guard address.count == 4 || SpecialPurposeBlock.allocatedIPv6.contains(address) else {
            return .refused(reason: "the address is not allocated to the public Internet (RFC 4291 §2.4)")
        }
        return .admitted
    }
}
