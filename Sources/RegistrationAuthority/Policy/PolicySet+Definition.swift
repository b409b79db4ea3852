// A policy's file. Unknown keys, empty ones and names that stand twice are errors, each with file and line.

import Crypto
import PKIX

extension PolicySet {
    /// Reads a policy.
    ///
    /// - Parameters:
    ///   - octets: the file, as it is hashed.
    ///   - file: its name, for messages.
    /// - Throws: ``RegistrationError`` with `.invalidPolicy`; the reason names file, line and rule.
    public init(octets: [UInt8], file: String) throws(RegistrationError) {
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw RegistrationError(.invalidPolicy, "\(file): the file is not UTF-8")
        }
        do throws(PKIXError) {
            let definition = try Definition(text: text, file: file)
            try self.init(definition, sha256: Array(SHA256.hash(data: octets)))
        } catch {
            throw RegistrationError(.invalidPolicy, error.reason)
        }
    }

    private init(_ definition: Definition, sha256: [UInt8]) throws(PKIXError) {
        try definition.requireFilledKeys(["version", "suffixes", "limits", "rules"])
        self.version = try definition.required("version").integer(in: 1...1)
        self.suffixes = try definition["suffixes"]?.hostNames() ?? []
        self.limits = try definition["limits"].map(Self.limits) ?? []
        self.rules = try Self.rules(try definition.required("rules"), limits: self.limits)
        self.sha256 = sha256
    }

    private static func limits(_ definition: Definition) throws(PKIXError) -> [RateLimit] {
        var limits: [RateLimit] = []
        guard definition.keys.count <= Budget.policyRules else {
            throw definition.error("\(definition.keys.count) rate limits; at most \(Budget.policyRules) are admitted")
        }
        // A mapping: `requireKeys` refuses a name that stands twice, and an empty one.
        try definition.requireFilledKeys(definition.keys)
        for name in definition.keys {
            let member = try definition.required(name)
            try member.requireFilledKeys(["of", "capacity", "refill", "every", "reserve"])
            let scope: RateLimit.Scope = try member.required("of").choice()
            let tokens = 1...Int(Budget.bucketTokens)
            let capacity = Int64(try member.required("capacity").integer(in: tokens))
            let refill = Int64(try member.required("refill").integer(in: tokens))
            let reserve = Int64(try member["reserve"]?.integer(in: 0...Int(capacity) - 1) ?? 0)
            let interval = Duration.seconds(try member.required("every").seconds())
            do throws(RegistrationError) {
                let rate = try TokenRate(capacity: capacity, refill: refill, every: interval)
                limits.append(try RateLimit(name: name, scope: scope, rate: rate, reserve: reserve))
            } catch {
                throw member.error(error.reason)
            }
        }
        return limits
    }

    private static func rules(_ definition: Definition, limits: [RateLimit]) throws(PKIXError) -> [PolicyRule] {
        let members = try definition.list()
        guard members.count <= Budget.policyRules else {
            throw definition.error("\(members.count) rules; at most \(Budget.policyRules) are admitted")
        }
        var rules: [PolicyRule] = []
        var names: Set<String> = []
        for member in members {
            let rule = try PolicyRule(member, limits: limits)
            guard names.insert(rule.name).inserted else { throw member.error("a second rule of name '\(rule.name)'") }
            rules.append(rule)
        }
        return rules
    }
}
