// Readings that policies need of an operator's file.

import PKIX

extension Definition {
    /// Checks the keys of a mapping, and that none is empty.
    ///
    /// A condition or a bound that was begun and not written would else be none at all: the rule would match more, or
    /// grant more, than its author meant.
    func requireFilledKeys(_ admitted: [String]) throws(PKIXError) {
        try self.requireKeys(admitted)
        for key in self.keys where self[key] == nil {
            throw self.error("key '\(key)' has no value; write one or leave the key out")
        }
    }

    /// The members of a list, of which there is at least one, or the one value that stands in its place.
    func oneOrMore() throws(PKIXError) -> [Definition] {
        let members = (try? self.list()) ?? [self]
        guard (1...Budget.policyRules).contains(members.count) else {
            throw self.error("one value or a list of 1 to \(Budget.policyRules) is needed here")
        }
        return members
    }

    /// Patterns.
    func globs(_ style: Glob.Style) throws(PKIXError) -> [Glob] {
        try self.oneOrMore().map { member throws(PKIXError) in
            guard let glob = Glob(try member.text(), style: style) else { throw member.error(Glob.rule(for: style)) }
            return glob
        }
    }

    /// Host names.
    func hostNames() throws(PKIXError) -> [HostName] {
        try self.oneOrMore().map { member throws(PKIXError) in
            do throws(PKIXError) {
                return try HostName(try member.text())
            } catch {
                throw member.error(error.reason)
            }
        }
    }

    /// Blocks of addresses.
    func addressBlocks() throws(PKIXError) -> [AddressBlock] {
        try self.oneOrMore().map { member throws(PKIXError) in
            let text = try member.text()
            do throws(RegistrationError) {
                return try AddressBlock(text)
            } catch {
                throw member.error(error.reason)
            }
        }
    }

    /// Key types.
    func keyTypes() throws(PKIXError) -> [KeyType] {
        try self.oneOrMore().map { member throws(PKIXError) in try member.keyType() }
    }

    /// Protocols of the Agent Name Service.
    func protocols() throws(PKIXError) -> [String] {
        try self.oneOrMore().map { member throws(PKIXError) in
            let name = PolicyCondition.canonical(try member.text())
            guard ["A2A", "MCP", "HTTP-API"].contains(name) else {
                throw member.error("a protocol is A2A, MCP or HTTP-API")
            }
            return name
        }
    }

    /// Members of an enumeration.
    func choices<Choice>(of type: Choice.Type = Choice.self) throws(PKIXError) -> [Choice]
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        try self.oneOrMore().map { member throws(PKIXError) in try member.choice(of: type) }
    }

    /// A name of a rule or a rate limit.
    func plainName() throws(PKIXError) -> String {
        let text = try self.text()
        guard let name = try? HostName(text), !text.contains("."), text == name.description else {
            throw self.error("a name has 1 to 63 of a-z, 0-9 and '-', with a letter, and no '-' at either end")
        }
        return text
    }
}
