// What DNS says: the identity's key, the badge, the version, DANE. A lookup that fails is a failure: a validating resolver
// answers so where somebody has changed a signed zone.

import DNS
import Foundation
import JSON
import PKIX
import PublicTrust
import X509

extension AgentVerifier {
    func dnsChecks(_ agentCase: AgentCase, _ path: TrustedPath?) async -> [VerificationCheck] {
        guard let host = agentCase.host else {
            let names: [VerificationCheck.Name] = [.dnsIdentity, .dnsBadge, .dnsVersion, .dane]
            return names.map { VerificationCheck($0, .skipped, "there is no host to ask DNS about") }
        }
        let facts = await self.dns.facts(of: host, port: self.policy.port)
        return [
            DNSChecks.identity(agentCase, facts.identities), DNSChecks.badge(agentCase, facts.badges),
            DNSChecks.version(agentCase, facts.discovery, facts.services), DNSChecks.dane(path, facts.associations),
        ]
    }
}

/// Checks against records.
enum DNSChecks {
    static func identity(_ agentCase: AgentCase, _ found: DNSFinding<String>) -> VerificationCheck {
        self.check(.dnsIdentity, found, found.values.map(TextRecord.init).filter { $0["v"] == "agent1" }) { records in
            guard let key = agentCase.identityLeaf?.publicKeyInfo else { return (.failed, "there is no identity key") }
            let keys = records.map { $0["pk"].flatMap { Data(base64Encoded: $0) }.map { Array($0) } }
            return keys.contains(key)
                ? (.passed, "a record has the identity's key")
                : (.failed, "the records have other keys than the identity's")
        }
    }

    /// `v=ans-badge1; version=v1.0.0; url=https://<log>/v1/agents/{agentId}`.
    static func badge(_ agentCase: AgentCase, _ found: DNSFinding<String>) -> VerificationCheck {
        let badges = found.values.map(TextRecord.init).filter { ["ans-badge1", "ra-badge1"].contains($0["v"]) }
        return self.check(.dnsBadge, found, badges) { badges in
            guard let facts = agentCase.facts else {
                return (.failed, "the agent is not known here, so no badge is its")
            }
            let own = badges.filter { $0.version == facts.name.version }
            guard !own.isEmpty else { return (.failed, "no badge is of version \(facts.name.version)") }
            let isNamed = own.contains { $0["url"]?.hasSuffix("/agents/\(facts.agentID)") == true }
            return isNamed
                ? (.passed, "a badge names the agent") : (.failed, "the badge of its version names another agent")
        }
    }

    /// `v=ans1; version=v1.0.0; p=a2a; url=…`.
    static func version(
        _ agentCase: AgentCase,
        _ found: DNSFinding<String>,
        _ services: DNSFinding<ServiceBinding>
    ) -> VerificationCheck {
        let records = found.values.map(TextRecord.init).filter { $0["v"] == "ans1" }
        let bindings = JSONMember(name: "serviceBindings", value: .integer(services.values.count))
        let check = self.check(.dnsVersion, found, records) { records in
            guard let name = agentCase.name else {
                return (.failed, "there is no name whose version could be compared")
            }
            return records.contains { $0.version == name.version }
                ? (.passed, "a record has version \(name.version)") : (.failed, "no record has version \(name.version)")
        }
        return VerificationCheck(check.name, check.outcome, check.reason, check.evidence + [bindings])
    }

    static func dane(_ path: TrustedPath?, _ found: DNSFinding<TLSARecord>) -> VerificationCheck {
        let evidence = Checks.evidence([
            "name": .string(found.name), "authenticated": .boolean(found.isAuthenticated),
            "records": .array(
                found.values.map { record in
                    .string(
                        "\(record.usage) \(record.selector) \(record.matchingType) \(record.association.prefix(64).hexadecimal)"
                    )
                }
            ),
        ])
        func outcome(_ outcome: VerificationCheck.Outcome, _ reason: String) -> VerificationCheck {
            VerificationCheck(.dane, outcome, reason, evidence)
        }
        // RFC 7671 §10.1.1, RFC 6698 §4.1: a lookup that is bogus or has no end must not be taken for one without records.
        if let failure = found.failure {
            return outcome(.failed, "the TLSA records cannot be looked up: \(failure.quoted)")
        }
        guard !found.values.isEmpty else { return outcome(.skipped, "there are no TLSA records") }
        // RFC 6698 §4.1: "TLSA records that are not secure MUST NOT be used".
        guard found.isAuthenticated else {
            return outcome(.skipped, "the TLSA records are not of a zone that is validated")
        }
        guard let path else { return outcome(.skipped, "there is no valid public certificate to compare") }
        switch TLSAMatching(leaf: path.leaf, above: Array(path.certificates.dropFirst())).verdict(found.values) {
        case .matched(let record):
            return outcome(.passed, "TLSA \(record.usage) \(record.selector) \(record.matchingType) agrees")
        case .mismatched(let usable): return outcome(.failed, "none of \(usable) usable TLSA records agrees")
        case .unusable: return outcome(.skipped, "no TLSA record can be used")
        }
    }

    private static func check(
        _ name: VerificationCheck.Name,
        _ found: DNSFinding<String>,
        _ records: [TextRecord],
        _ judge: ([TextRecord]) -> (VerificationCheck.Outcome, String)
    ) -> VerificationCheck {
        let evidence = Checks.evidence([
            "name": .string(found.name), "authenticated": .boolean(found.isAuthenticated),
            "records": .array(found.values.prefix(8).map { .string($0.quoted) }),
        ])
        if let failure = found.failure {
            return VerificationCheck(name, .failed, "the records cannot be looked up: \(failure.quoted)", evidence)
        }
        guard !records.isEmpty else { return VerificationCheck(name, .skipped, "there is no such record", evidence) }
        let (outcome, reason) = judge(records)
        return VerificationCheck(name, outcome, reason, evidence)
    }
}
