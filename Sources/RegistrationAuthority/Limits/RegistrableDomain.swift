// Which domain a host name belongs to, as far as rate limits count it.
//
// This is not the Public Suffix List: that is a large file that changes weekly. What is not listed is taken for a name
// directly below a top-level domain, so that without a list `a.co.uk` and `b.co.uk` share one bucket: too strict, never too
// lax. Installations that serve such registries list their suffixes.

public import PKIX

/// The suffixes below which names are registered, one label each.
///
/// Every top-level domain is one without being listed.
public struct DomainSuffixes: Hashable, Sendable {
    private let names: Set<String>

    /// Creates the suffixes.
    ///
    /// - Parameters:
    ///   - suffixes: suffixes of more than one label, such as `co.uk`.
    ///   - ownZones: our own zones; each name one label below counts for itself.
    public init(suffixes: [HostName] = [], ownZones: [HostName] = []) {
        self.names = Set((suffixes + ownZones).map(\.description))
    }

    func contains(_ name: some StringProtocol) -> Bool {
        !name.contains(".") || self.names.contains(String(name))
    }
}

/// The name that somebody registered, of which a host name is part.
public struct RegistrableDomain: Hashable, Sendable, CustomStringConvertible {
    /// The name; that of the host itself when it is a suffix.
    public let name: String

    /// Finds the domain of a host: its longest suffix and one label more.
    public init(of host: HostName, suffixes: DomainSuffixes) {
        // From the left, so that the first suffix that is found is the longest.
        var domain = host.description[...]
        while let dot = domain.firstIndex(of: "."), !suffixes.contains(domain) {
            let rest = domain[domain.index(after: dot)...]
            if suffixes.contains(rest) { break }
            domain = rest
        }
        self.name = String(domain)
    }

    /// The name.
    public var description: String { self.name }
}
