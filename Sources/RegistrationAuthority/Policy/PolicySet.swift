// A policy: ordered rules, of which the first that matches decides; what no rule matches is denied.
//
// A value made by the parser alone, so that whoever holds one knows that its file was sound.

public import PKIX

/// A policy with its rate limits, as its file defines it.
public struct PolicySet: Hashable, Sendable {
    /// The version of the file's format.
    public let version: Int
    /// The suffixes that the file lists, below which names are registered.
    public let suffixes: [HostName]
    /// The rate limits, in the file's order.
    public let limits: [RateLimit]
    /// The rules, in the file's order.
    public let rules: [PolicyRule]
    /// SHA-256 of the file's octets, 32 octets.
    public let sha256: [UInt8]

    /// SHA-256 of the file's octets in lower-case hexadecimal, as decisions are recorded with it.
    public var policyHash: String { self.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// A rate limit by its name.
    public func limit(named name: String) -> RateLimit? { self.limits.first { $0.name == name } }
}

extension PolicySet {
    /// Decides a request.
    public func decide(_ input: PolicyInput) -> PolicyDecision {
        guard let rule = self.rules.first(where: { $0.matches(input) }) else {
            let message = "no rule of the policy admits this request"
            return self.decision(.deny(message: message), by: nil, [message])
        }
        switch rule.outcome {
        case .deny(let message): return self.decision(rule.outcome, by: rule, [message])
        case .allow(let grant): return self.decide(input, by: rule, within: grant, "rule '\(rule.name)' allows it")
        case .approve(let grant):
            return self.decide(input, by: rule, within: grant, "rule '\(rule.name)' needs approval of a person")
        }
    }

    /// The rule's outcome, unless the request goes beyond what the rule grants.
    private func decide(
        _ input: PolicyInput,
        by rule: PolicyRule,
        within grant: PolicyGrant,
        _ reason: String
    ) -> PolicyDecision {
        let violations = grant.violations(of: input)
        guard violations.isEmpty else {
            return self.decision(.deny(message: violations.joined(separator: "; ")), by: rule, violations)
        }
        return self.decision(rule.outcome, by: rule, [reason])
    }

    private func decision(_ outcome: PolicyOutcome, by rule: PolicyRule?, _ reasons: [String]) -> PolicyDecision {
        PolicyDecision(outcome: outcome, rule: rule?.name, policyHash: self.policyHash, reasons: reasons)
    }
}
