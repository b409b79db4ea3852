// What strangers may have us fetch from or deliver to: webhooks, HTTP-01 challenges (RFC 8555 §8.3), `metaDataUrl`.

/// The targets that are admitted: schemes, ports and addresses.
///
/// To use it: ``check(url:)``; resolve the host; ``check(addresses:of:)``; connect to one of these addresses, with the
/// URL's host in SNI and `Host`. A redirect is a new URL from the start.
public struct TargetPolicy: Hashable, Sendable {
    /// The schemes.
    public let schemes: Set<WebURL.Scheme>
    /// The ports; any when nil.
    public let ports: Set<UInt16>?
    /// The addresses.
    public let addresses: AddressPolicy

    /// Creates a policy; https on port 443 at the public Internet when nothing else is said.
    public init(
        schemes: Set<WebURL.Scheme> = [.https],
        ports: Set<UInt16>? = [443],
        addresses: AddressPolicy = AddressPolicy()
    ) {
        self.schemes = schemes
        self.ports = ports
        self.addresses = addresses
    }

    /// The targets of HTTP-01, and of the redirects that it follows.
    ///
    /// RFC 8555 §8.3: "Because many web servers allocate a default HTTPS virtual host to a particular low-privilege tenant
    /// user in a subtle and non-intuitive manner, the challenge must be completed over HTTP, not HTTPS." So the first URL
    /// has the scheme http; redirects may lead to https (Baseline Requirements §3.2.2.4.19).
    public static func http01(addresses: AddressPolicy = AddressPolicy()) -> TargetPolicy {
        TargetPolicy(schemes: [.http, .https], ports: [80, 443], addresses: addresses)
    }
}

extension TargetPolicy {
    /// Reads and judges a URL; an address within it is judged at once, a name when it is resolved.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidURL` or `.targetRefused`.
    public func check(url text: String) throws(RegistrationError) -> WebURL {
        let url = try WebURL(text)
        guard self.schemes.contains(url.scheme) else {
            let admitted = self.schemes.map(\.rawValue).sorted().joined(separator: ", ")
            throw RegistrationError(.targetRefused, "the scheme \(url.scheme) is not admitted here; use \(admitted)")
        }
        if let ports = self.ports, !ports.contains(url.port) {
            let admitted = ports.sorted().map(String.init).joined(separator: ", ")
            throw RegistrationError(.targetRefused, "port \(url.port) is not admitted here; use \(admitted)")
        }
        if case .address(let octets) = url.host { _ = try self.check(addresses: [octets], of: url) }
        return url
    }

    /// Judges an address of 4 or 16 octets.
    public func check(address: [UInt8]) -> AddressVerdict { self.addresses.check(address: address) }

    /// Judges all addresses that a host was resolved to, and gives them back.
    ///
    /// One refused address refuses the target: a name with a public and a private address is an attack or a mistake.
    ///
    /// - Throws: ``RegistrationError`` with `.targetRefused`.
    public func check(addresses: [[UInt8]], of url: WebURL) throws(RegistrationError) -> [[UInt8]] {
        guard !addresses.isEmpty else {
            throw RegistrationError(.targetRefused, "the host \(url.hostText) has no address")
        }
        guard addresses.count <= Budget.targetAddresses else {
            throw RegistrationError(
                .targetRefused,
                "the host \(url.hostText) has \(addresses.count) addresses; at most \(Budget.targetAddresses) are admitted"
            )
        }
        for address in addresses {
            guard case .refused(let reason) = self.check(address: address) else { continue }
            throw RegistrationError(.targetRefused, "the host \(url.hostText) is not admitted as a target: \(reason)")
        }
        return addresses
    }
}
