// What goes wrong with policies.

extension RegistrationError.Code {
    /// A policy file breaks a rule; the reason names file, line and rule.
    public static let invalidPolicy = Self("INVALID_POLICY")
    /// What a policy is asked about is not well-formed.
    public static let invalidPolicyInput = Self("INVALID_POLICY_INPUT")
    /// The policy does not admit the request; the reason is the rule's message.
    public static let policyDenied = Self("POLICY_DENIED")
}
