// What a policy says to a request, as it is recorded.

public import JSON

/// A decision with all that is needed to account for it later.
public struct PolicyDecision: Hashable, Sendable {
    /// What is decided.
    public let outcome: PolicyOutcome
    /// The name of the rule that decided; nil when none matched, which denies.
    public let rule: String?
    /// SHA-256 of the policy's file in lower-case hexadecimal.
    public let policyHash: String
    /// Why; safe to show to the caller.
    public let reasons: [String]

    /// The grant; throws `policyDenied` with the reasons when there is none.
    ///
    /// Whether a person has yet to approve, ``outcome`` says.
    public func requireGrant() throws(RegistrationError) -> PolicyGrant {
        guard let grant = self.outcome.grant else {
            throw RegistrationError(.policyDenied, self.reasons.joined(separator: "; "))
        }
        return grant
    }

    /// The record: `{"outcome", "rule", "policyHash", "reasons"}`.
    public var document: JSONValue {
        .object([
            JSONMember(name: "outcome", value: .string(self.outcome.name)),
            JSONMember(name: "rule", value: self.rule.map(JSONValue.string) ?? .null),
            JSONMember(name: "policyHash", value: .string(self.policyHash)),
            JSONMember(name: "reasons", value: .array(self.reasons.map(JSONValue.string))),
        ])
    }
}
