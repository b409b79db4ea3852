// Whether the world finds a zone at its provider, and whether it can trust what it finds there (DNSSEC).

import AuditLog
public import DNS
import FoundationEssentials

/// What was found out about a zone.
public struct ZoneVerification: Sendable {
    /// How the delegation compares with what the provider wants.
    public enum Delegation: String, Hashable, Sendable, CaseIterable {
        /// To the provider's name servers; to any where the provider cannot say.
        case delegated = "DELEGATED"
        /// To none.
        case missing = "NOT_DELEGATED"
        /// To other name servers, or to some of the provider's.
        case differs = "DIFFERS"
        /// Nobody answered.
        case unknown = "UNKNOWN"
    }

    /// The zone's apex.
    public let apex: DomainName
    /// The name servers that the provider wants the zone delegated to; none where it cannot say.
    public let nameServers: [DomainName]
    /// What its parent, or a resolver, says.
    public let found: Result<DelegationFinding, DNSError>
    /// What DNSSEC makes of it.
    public let security: Result<ZoneSecurity, DNSError>
    /// What the provider says of signing.
    public let signing: Result<ZoneSigning, ProviderFailure>

    /// How the delegation compares with what the provider wants.
    public var delegation: Delegation {
        guard case .success(let finding) = self.found else { return .unknown }
        if finding.nameServers.isEmpty { return .missing }
        let isWanted = self.nameServers.isEmpty || Set(self.nameServers) == Set(finding.nameServers)
        return isWanted ? .delegated : .differs
    }
}

extension ZoneService {
    /// Looks at a zone's delegation and its chain of trust.
    ///
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`, and what the provider refuses.
    public func verify(_ name: String, by principal: Principal) async throws -> ZoneVerification {
        try principal.require(.manageZones)
        let zone = try await self.hosted(name)
        async let found = self.delegation(of: zone.apex)
        async let security = self.security(of: zone.apex)
        async let signing = self.signing(of: zone)
        let nameServers: [DomainName]
        do {
            nameServers = try await zone.provider.nameServers(of: zone.apex)
        } catch {
            throw RegistrationError(error)
        }
        return ZoneVerification(
            apex: zone.apex,
            nameServers: nameServers.sorted(),
            found: await found,
            security: await security,
            signing: await signing
        )
    }

    /// Has the provider sign a zone.
    ///
    /// - Returns: how far it is, and the DS records to hand to the registrar.
    /// - Throws: ``RegistrationError``: `.permissionDenied`, `.zoneNotFound`, `.providerUnsupported` with what to do instead,
    ///   and what else the provider refuses.
    public func enableSigning(
        of name: String,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> ZoneSigning {
        try principal.require(.manageZones)
        let zone = try await self.hosted(name)
        try await self.store.append([self.event(.signZone, zone.apex, principal, origin)])
        do {
            return try await zone.provider.enableSigning(of: zone.apex)
        } catch {
            let result = AuditResult.failure(code: error.kind.rawValue)
            try await self.store.append([
                self.event(.signZone, zone.apex, principal, origin, result: result, details: ["reason": error.reason])
            ])
            throw RegistrationError(error)
        }
    }

    private func delegation(of apex: DomainName) async -> Result<DelegationFinding, DNSError> {
        do throws(DNSError) {
            return .success(try await self.resolver.delegation(of: apex))
        } catch {
            return .failure(error)
        }
    }

    private func security(of apex: DomainName) async -> Result<ZoneSecurity, DNSError> {
        let time = UInt32(truncatingIfNeeded: Int64(self.environment.now().timeIntervalSince1970))
        do throws(DNSError) {
            return .success(try await self.resolver.security(of: apex, at: time))
        } catch {
            return .failure(error)
        }
    }

    private func signing(of zone: HostedZone) async -> Result<ZoneSigning, ProviderFailure> {
        do throws(ProviderFailure) {
            return .success(try await zone.provider.signing(of: zone.apex))
        } catch {
            return .failure(error)
        }
    }
}
