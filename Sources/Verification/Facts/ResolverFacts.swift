// The facts by a resolver. What it says of DNSSEC (AD) is believed only when it is one that validates, on a path that nobody
// else is on (RFC 4035 §4.9.3).

public import DNS
public import PKIX

/// Asks a resolver.
public struct ResolverFacts: DNSFactFinding {
    private let resolver: Resolver
    private let trustsValidation: Bool

    /// Creates the port.
    ///
    /// - Parameter trustsValidation: whether the resolver's servers validate, and are on this machine or reached by a path that
    ///   is as good; without it no zone counts as signed.
    public init(resolver: Resolver, trustsValidation: Bool) {
        self.resolver = resolver
        self.trustsValidation = trustsValidation
    }

    /// What DNS says of a host; the questions go out at the same time.
    public func facts(of host: HostName, port: UInt16) async -> DNSFacts {
        async let discovery = self.texts("_ans.\(host)")
        async let badge = self.texts("_ans-badge.\(host)")
        async let olderBadge = self.texts("_ra-badge.\(host)")
        async let identities = self.texts("_agent.\(host)")
        async let associations = self.find("_\(port)._tcp.\(host)", .tlsa) { data -> TLSARecord? in
            if case .tlsa(let record) = data { record } else { nil }
        }
        async let https = self.find(host.description, .https, Self.binding)
        async let svcb = self.find(host.description, .svcb, Self.binding)
        return DNSFacts(
            discovery: await discovery,
            badges: Self.merged(await badge, await olderBadge),
            identities: await identities,
            associations: await associations,
            services: Self.merged(await https, await svcb)
        )
    }

    private func texts(_ name: String) async -> DNSFinding<String> {
        await self.find(name, .txt) { data in
            data.joinedText.flatMap { $0.utf8.count <= Budget.textBytes ? $0 : nil }
        }
    }

    private func find<Value>(
        _ name: String,
        _ type: RecordType,
        _ value: (RecordData) -> Value?
    ) async -> DNSFinding<Value> {
        do throws(DNSError) {
            let lookup = try await self.resolver.records(try DomainName(name), type)
            return DNSFinding(
                name: name,
                values: lookup.data.compactMap(value),
                isAuthenticated: self.trustsValidation && lookup.isAuthenticated
            )
        } catch {
            return DNSFinding(name: name, values: [], failure: error.reason)
        }
    }

    private static func binding(_ data: RecordData) -> ServiceBinding? {
        switch data {
        case .https(let binding), .svcb(let binding): binding
        default: nil
        }
    }

    private static func merged<Value>(_ first: DNSFinding<Value>, _ second: DNSFinding<Value>) -> DNSFinding<Value> {
        DNSFinding(
            name: first.name,
            values: first.values + second.values,
            isAuthenticated: first.isAuthenticated && second.isAuthenticated,
            failure: first.failure ?? second.failure
        )
    }
}
