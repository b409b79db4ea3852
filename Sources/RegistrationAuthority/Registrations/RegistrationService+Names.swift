// Names that nobody holds yet.

import DNS

/// Whether a host can be registered.
public struct NameAvailability: Hashable, Sendable {
    /// The host.
    public let host: String
    /// The zone of ours in which it lies; nil for a name of others.
    public let zone: String?
    /// Whether it can be registered.
    public let isAvailable: Bool
    /// Why not, in words.
    public let reason: String?
    /// Names of the zone that can be.
    public let suggestions: [String]
}

extension RegistrationService {
    /// Says whether a host can be registered and, in a zone of ours, which others can.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public func availability(of text: String) async throws -> NameAvailability {
        let host = try AgentHost(canonicalizing: text)
        guard let zone = self.engine.zones.zone(of: host.domainName), zone.isOurs else {
            let isHeld = try await self.store.isHeld(host: host.description)
            return NameAvailability(
                host: host.description,
                zone: nil,
                isAvailable: !isHeld,
                reason: isHeld ? "it is registered already; its owner may register further versions" : nil,
                suggestions: []
            )
        }
        let labels = self.rules.labels(under: PolicyLabels())
        let refusal = Self.refusal(of: host, below: zone.apex, labels)
        let reason = if let refusal { refusal } else { try await self.occupation(of: host.description) }
        return NameAvailability(
            host: host.description,
            zone: zone.apex.description,
            isAvailable: reason == nil,
            reason: reason,
            suggestions: reason == nil ? [] : try await self.suggestions(for: host, in: zone.apex, labels)
        )
    }

    /// Why a name of ours is not given out now; nil when it is.
    private func occupation(of host: String) async throws -> String? {
        if try await self.store.isHeld(host: host) { return "it is registered already" }
        guard try await self.store.isResting(host: host, at: self.engine.environment.instant) else { return nil }
        return
            "it was an agent's until a short while ago; it is kept until that agent's certificate and records have expired"
    }

    private static func refusal(of host: AgentHost, below zone: DomainName, _ labels: LabelPolicy) -> String? {
        do throws(RegistrationError) {
            try labels.check(host, below: zone)
            return nil
        } catch {
            return error.reason
        }
    }

    private func suggestions(
        for host: AgentHost,
        in zone: DomainName,
        _ labels: LabelPolicy
    ) async throws -> [String] {
        let label = String(host.description.prefix { $0 != "." })
        var free: [String] = []
        for candidate in labels.alternatives(to: label, limit: Budget.offeredNames) {
            let name = "\(candidate).\(zone)"
            if try await self.occupation(of: name) == nil { free.append(name) }
        }
        return free
    }
}
