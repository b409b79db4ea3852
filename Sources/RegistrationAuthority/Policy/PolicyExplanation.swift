// Why a policy decides as it does: every rule with what it looked for and found.

/// What one rule made of a request.
public struct PolicyExplanation: Hashable, Sendable, CustomStringConvertible {
    /// One condition.
    public struct Condition: Hashable, Sendable {
        /// The key in the file.
        public let name: String
        /// What the rule looks for.
        public let wanted: String
        /// What the request has there.
        public let found: String
        /// Whether the condition is met.
        public let isMet: Bool
    }

    /// The rule's name.
    public let rule: String
    /// The outcome of the rule: `allow`, `deny` or `approve`.
    public let outcome: String
    /// Whether all conditions are met.
    public let matches: Bool
    /// Whether it is the first that matches: the one that decides.
    public let decides: Bool
    /// The conditions.
    public let conditions: [Condition]
    /// Why the request goes beyond what a rule that matches would grant.
    public let violations: [String]

    /// Some lines for a person.
    public var description: String {
        let verdict =
            self.decides
            ? "decides: \(self.outcome)" : self.matches ? "matches, an earlier rule decides" : "does not match"
        let conditions = self.conditions.map {
            "  \($0.isMet ? "+" : "-") \($0.name): wants \($0.wanted); has \($0.found)"
        }
        return (["\(self.rule): \(verdict)"] + conditions + self.violations.map { "  ! \($0)" }).joined(separator: "\n")
    }
}

extension PolicySet {
    /// Explains a decision: for every rule, in order, why it matches or does not.
    public func explain(_ input: PolicyInput) -> [PolicyExplanation] {
        let decisive = self.rules.firstIndex { $0.matches(input) }
        return self.rules.enumerated().map { index, rule in
            let conditions = rule.conditions.map { condition in
                PolicyExplanation.Condition(
                    name: condition.name,
                    wanted: condition.values,
                    found: condition.found(in: input),
                    isMet: condition.isMet(by: input)
                )
            }
            let matches = conditions.allSatisfy(\.isMet)
            return PolicyExplanation(
                rule: rule.name,
                outcome: rule.outcome.name,
                matches: matches,
                decides: index == decisive,
                conditions: conditions,
                violations: matches ? rule.outcome.grant?.violations(of: input) ?? [] : []
            )
        }
    }
}
