// What the registry has to say of the names that a certificate is asked for beside registration.

import DNS
public import FoundationEssentials
public import PKIX

/// Who holds the hosts of the names that a certificate is asked for, read once: what is decided by it is decided of one moment.
public struct NameClaims: Sendable {
    /// A name with those who hold its host.
    struct Claim: Sendable {
        let name: AlternativeName
        let host: HostName
        /// Of a wildcard, one who is not the caller and holds a host that it stands for; of all else, everyone.
        let holders: [Registration]

        /// Those who have just this name as agents.
        var agents: [Registration] {
            guard case .uri(let uri) = self.name else { return [] }
            return self.holders.filter { $0.ansName == uri.description }
        }
    }

    let claims: [Claim]
}

extension RegistrationService {
    /// Reads who holds the hosts of names.
    public func claims(on names: [AlternativeName], for principal: Principal) async throws -> NameClaims {
        var claims: [NameClaims.Claim] = []
        var known: [HostName: [Registration]] = [:]
        for name in names {
            guard let host = name.claimedHost, !name.isWildcard || !principal.may(.manageAgents) else { continue }
            if !name.isWildcard, let holders = known[host] {
                claims.append(NameClaims.Claim(name: name, host: host, holders: holders))
                continue
            }
            var query = RegistrationQuery(holdsHost: true, limit: Budget.registrationsOfHost)
            if name.isWildcard {
                query.parent = host.description
                query.otherOwner = principal.account
                query.limit = 1
            } else {
                query.host = host.description
            }
            let holders = try await self.store.registrations(query)
            if !name.isWildcard { known[host] = holders }
            claims.append(NameClaims.Claim(name: name, host: host, holders: holders))
        }
        return NameClaims(claims: claims)
    }

    /// Throws unless a certificate may have these names beside registration: names of agents of others, free names of our zones
    /// and wildcards over either are not to be had so; nor are further ANS names of a host whose agents have other keys.
    ///
    /// - Returns: How long it may be valid; nil for as long as its profile says. In our zones a name goes to somebody else when
    ///   its agent's certificates have expired.
    /// - Throws: ``RegistrationError`` with `.hostTaken`, `.nameNotAdmitted`, or `.identityRequestNotPermitted` for an agent that
    ///   registered without an identity.
    public func requireFree(
        _ claims: NameClaims,
        of key: SubjectPublicKey,
        for principal: Principal
    ) throws -> Date? {
        guard !principal.may(.manageAgents) else { return nil }
        var end: Date?
        for claim in claims.claims {
            if let other = claim.holders.first(where: { $0.owner != principal.account }) {
                throw RegistrationError.hostTaken(other)
            }
            if case .uri = claim.name, !claim.holders.isEmpty { try Self.requireKey(key, of: claim) }
            guard self.engine.zones.zone(of: try DomainName(claim.host.description))?.isOurs == true else { continue }
            // One that has no certificate has no end that the host would rest until.
            let lives = claim.holders.filter(\.status.isLive).compactMap(\.expiresAt)
            guard !claim.name.isWildcard, let last = lives.max() else {
                throw RegistrationError(
                    .nameNotAdmitted,
                    "\(claim.name) lies in a zone of this registry; register the agent first"
                )
            }
            end = min(end ?? last, last)
        }
        return end
    }

    /// Throws unless a key is one of the agents' of a host.
    private static func requireKey(_ key: SubjectPublicKey, of claim: NameClaims.Claim) throws {
        guard claim.agents.allSatisfy({ !$0.requests.isEmpty }) else {
            throw RegistrationError.withoutIdentity
        }
        let thumbprint = try IdentityKey(key).thumbprint
        guard claim.holders.contains(where: { $0.thumbprint == thumbprint }) else {
            throw RegistrationError(
                .nameNotAdmitted,
                "\(claim.name): no agent of \(claim.host) has the request's key; register the version, or ask by the agent's key"
            )
        }
    }
}

extension AlternativeName {
    /// The host that a certificate for this name speaks for: of an ANS name without the version, of a wildcard what is below
    /// the star; nil for an address.
    fileprivate var claimedHost: HostName? {
        switch self {
        case .dns(let host), .wildcard(let host): host
        case .uri(let uri): (try? ANSName(uri.description).host) ?? uri.host
        case .ip: nil
        }
    }

    /// Whether it stands for every host with one label before ``claimedHost``.
    fileprivate var isWildcard: Bool { if case .wildcard = self { true } else { false } }
}
