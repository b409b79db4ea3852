// A rule in a policy's file.

import PKIX

extension PolicyRule {
    init(_ definition: Definition, limits: [RateLimit]) throws(PKIXError) {
        try definition.requireFilledKeys(["name", "when", "then"])
        self.name = try definition.required("name").plainName()
        self.conditions = try PolicyCondition.list(try definition.required("when"))
        self.outcome = try PolicyOutcome(try definition.required("then"), limits: limits)
    }
}

extension PolicyCondition {
    private static let keys = [
        "action", "account", "role", "actor", "host", "below", "zone", "protocol", "anyProtocol", "keyType",
        "anyKeyType",
        "address",
    ]

    /// The conditions of a rule; `{}` has the one on the action alone.
    ///
    /// A rule that says nothing of the action speaks of registering agents: one that was written for agents must not open
    /// accounts as well.
    static func list(_ definition: Definition) throws(PKIXError) -> [PolicyCondition] {
        try definition.requireFilledKeys(self.keys)
        var conditions: [PolicyCondition] = definition["action"] == nil ? [.action([.register])] : []
        for key in definition.keys {
            let value = try definition.required(key)
            switch key {
            case "action": conditions.append(.action(try value.choices()))
            case "account": conditions.append(.account(try value.globs(.text)))
            case "role": conditions.append(.role(try value.globs(.text)))
            case "actor": conditions.append(.actor(try value.globs(.text)))
            case "host": conditions.append(.host(try value.globs(.host)))
            case "below": conditions.append(.below(try value.hostNames()))
            case "zone": conditions.append(.zone(try value.choices()))
            case "protocol": conditions.append(.everyProtocol(try value.protocols()))
            case "anyProtocol": conditions.append(.anyProtocol(try value.protocols()))
            case "keyType": conditions.append(.everyKeyType(try value.keyTypes()))
            case "anyKeyType": conditions.append(.anyKeyType(try value.keyTypes()))
            default: conditions.append(.address(try value.addressBlocks()))
            }
        }
        return conditions
    }
}

extension PolicyOutcome {
    fileprivate init(_ definition: Definition, limits: [RateLimit]) throws(PKIXError) {
        try definition.requireFilledKeys(["allow", "deny", "approve"])
        guard definition.keys.count == 1 else {
            throw definition.error("one of 'allow: {…}', 'deny: MESSAGE' and 'approve: {…}' is needed here")
        }
        if let allow = definition["allow"] {
            self = .allow(try PolicyGrant(allow, limits: limits))
        } else if let approve = definition["approve"] {
            self = .approve(try PolicyGrant(approve, limits: limits))
        } else {
            self = .deny(message: try Self.message(try definition.required("deny")))
        }
    }

    private static func message(_ definition: Definition) throws(PKIXError) -> String {
        let message = try definition.text()
        let isPrintable = message.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPrintable, (1...Budget.policyMessageBytes).contains(message.utf8.count) else {
            throw definition.error("a message has 1 to \(Budget.policyMessageBytes) octets on one line")
        }
        return message
    }
}

extension PolicyGrant {
    fileprivate init(_ definition: Definition, limits: [RateLimit]) throws(PKIXError) {
        try definition.requireFilledKeys(["maxAgentsPerAccount", "lifetime", "proofs", "keyTypes", "labels", "limits"])
        let lifetime = definition["lifetime"]
        try lifetime?.requireFilledKeys(["minimum", "maximum"])
        let minimum = try lifetime?["minimum"]?.seconds()
        let maximum = try lifetime?["maximum"]?.seconds()
        if let lifetime, let maximum, maximum < max(minimum ?? 1, 1) {
            throw lifetime.error("the longest lifetime is positive and not below the shortest")
        }
        self.init(
            maxAgentsPerAccount: try definition["maxAgentsPerAccount"]?.integer(in: 0...Budget.agentsPerAccount),
            minimumLifetime: minimum,
            maximumLifetime: maximum,
            proofs: try definition["proofs"].map(Self.proofs) ?? [],
            keyTypes: try definition["keyTypes"]?.keyTypes(),
            labels: try definition["labels"].map(PolicyLabels.init) ?? PolicyLabels(),
            limits: try definition["limits"].map { names throws(PKIXError) in
                try Self.limits(names, among: limits)
            } ?? []
        )
    }

    /// A list whose members are a proof, or a list of proofs of which one is enough.
    private static func proofs(_ definition: Definition) throws(PKIXError) -> [[PolicyProof]] {
        try definition.oneOrMore().map { member throws(PKIXError) in try member.choices() }
    }

    private static func limits(
        _ definition: Definition,
        among limits: [RateLimit]
    ) throws(PKIXError) -> [RateLimit] {
        let members = try definition.oneOrMore()
        guard members.count <= Budget.bucketsPerRequest else {
            throw definition.error("at most \(Budget.bucketsPerRequest) rate limits for one rule")
        }
        var named: [RateLimit] = []
        for member in members {
            let name = try member.text()
            guard let limit = limits.first(where: { $0.name == name }) else {
                throw member.error("there is no rate limit '\(name)' under 'limits'")
            }
            guard !named.contains(limit) else { throw member.error("the rate limit '\(name)' stands twice") }
            named.append(limit)
        }
        return named
    }
}

extension PolicyLabels {
    fileprivate init(_ definition: Definition) throws(PKIXError) {
        try definition.requireFilledKeys(["minimumLength", "maximumLength", "reserve", "release", "admitLookAlikes"])
        let minimum = try definition["minimumLength"]?.integer(in: 1...63)
        let maximum = try definition["maximumLength"]?.integer(in: 1...63)
        if let minimum, let maximum, minimum > maximum {
            throw definition.error("the longest label is not shorter than the shortest")
        }
        self.init(
            minimumLength: minimum,
            maximumLength: maximum,
            reserve: try definition["reserve"].map(Self.labels) ?? [],
            release: try definition["release"].map(Self.labels) ?? [],
            admitLookAlikes: try definition["admitLookAlikes"]?.boolean()
        )
    }

    private static func labels(_ definition: Definition) throws(PKIXError) -> [String] {
        try definition.oneOrMore().map { member throws(PKIXError) in
            let label = try member.text()
            // With a label below it a number is one too.
            guard !label.contains("."), (try? HostName(label + ".x")) != nil else {
                throw member.error("a label has 1 to 63 of a-z, 0-9 and '-', and no '-' at either end")
            }
            return label
        }
    }
}
