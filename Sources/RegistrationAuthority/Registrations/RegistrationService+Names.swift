// Names that nobody holds yet, and agents behind names that somebody does.

import Crypto
import DNS
import FoundationEssentials
import PKIX

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

/// An agent as those see it who want to speak to it.
public struct ResolvedAgent: Hashable, Sendable {
    /// The registration.
    public let registration: Registration
    /// SHA-256 of the DER of its valid identity certificates, the newest first.
    public let certificates: [[UInt8]]
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
        let isHeld = try await self.store.isHeld(host: host.description)
        let reason = refusal ?? (isHeld ? "it is registered already" : nil)
        return NameAvailability(
            host: host.description,
            zone: zone.apex.description,
            isAvailable: reason == nil,
            reason: reason,
            suggestions: reason == nil ? [] : try await self.suggestions(for: host, in: zone.apex, labels)
        )
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
            if try await !self.store.isHeld(host: name) { free.append(name) }
        }
        return free
    }

    /// The live agent of a host with the highest version within a range.
    ///
    /// - Parameters:
    ///   - name: a host, an ANS name, or a name of the older draft.
    ///   - range: versions that will do; all when nil. An ANS name brings its own.
    /// - Throws: ``RegistrationError``: `.invalidAgentName`, `.invalidVersionRange`, `.agentNotFound`.
    public func resolve(_ name: String, range: String? = nil) async throws -> ResolvedAgent {
        let (host, wanted) = try Self.target(name, range)
        let query = RegistrationQuery(
            host: host.description,
            statuses: [.active, .deprecated],
            limit: Budget.registrationsOfHost
        )
        let candidates = try await self.store.registrations(query).filter { wanted.contains($0.description.version) }
        // An active one goes before a deprecated one, then the higher version.
        let best = candidates.max { first, second in
            (first.status == .active ? 1 : 0, first.description.version)
                < (second.status == .active ? 1 : 0, second.description.version)
        }
        guard let best else {
            throw RegistrationError(.agentNotFound, "no active agent at \(host) has a version within \(wanted)")
        }
        return ResolvedAgent(registration: best, certificates: try await self.fingerprints(of: best))
    }

    private static func target(
        _ name: String,
        _ range: String?
    ) throws(RegistrationError) -> (AgentHost, VersionRange) {
        if name.hasPrefix("ans://") {
            let parsed = try ANSName(agentName: name)
            return (try parsed.agentHost(), try VersionRange(range ?? parsed.version))
        }
        return (try AgentHost(canonicalizing: name), try VersionRange(range ?? "*"))
    }

    private func fingerprints(of registration: Registration) async throws -> [[UInt8]] {
        let instant = self.environment.instant
        var fingerprints: [[UInt8]] = []
        for request in registration.requests.reversed() {
            guard let serialNumber = request.serialNumber, request.notAfter ?? .distantPast > instant else { continue }
            if let certificate = try await self.engine.issuing.delivered(serialNumber) {
                fingerprints.append(Array(SHA256.hash(data: certificate.certificate)))
            }
        }
        return fingerprints
    }
}
