// The members of a request's body: known ones only, each of its type.

import JSON

/// The top-level object of a request.
struct JSONMembers {
    private let members: [JSONMember]

    /// Reads a body.
    ///
    /// - Throws: ``Problem``: `.malformedJSON`, `.duplicateMember`, or `.unknownMember` for one that is not admitted: a
    ///   misspelt restriction must not pass for none.
    init(_ body: [UInt8], admitting names: [String]) throws(Problem) {
        let value: JSONValue
        do {
            value = try JSONReader.read(body, within: JSONLimits(depth: Budget.jsonDepth, members: Budget.jsonMembers))
        } catch {
            throw Problem(error)
        }
        try self.init(value, "the body", admitting: names)
    }

    private init(_ value: JSONValue, _ place: String, admitting names: [String]) throws(Problem) {
        guard case .object(let members) = value else {
            throw Problem(.malformedJSON, "\(place) must be a JSON object; it is \(value.kind)")
        }
        if let unknown = members.first(where: { member in !names.contains { $0.utf8.elementsEqual(member.name.utf8) } })
        {
            throw Problem(
                .unknownMember,
                "member '\(unknown.name.quotedForDetail)' is not known here; known are \(names.joined(separator: ", "))"
            )
        }
        self.members = members
    }

    /// A string that must be there.
    func requiredString(_ name: String) throws(Problem) -> String {
        guard let text = try self.string(name) else { throw Problem(.missingMember, "member '\(name)' is missing") }
        return text
    }

    /// A string; null counts as absent.
    func string(_ name: String) throws(Problem) -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let value): throw Self.invalid(name, "must be a string; it is \(value.kind)")
        }
    }

    /// A whole number; null counts as absent.
    func integer(_ name: String) throws(Problem) -> Int64? {
        switch self[name] {
        case nil, .null: return nil
        case .number(let text):
            guard let number = Int64(text) else { throw Self.invalid(name, "must be a whole number of 64 bits") }
            return number
        case .some(let value): throw Self.invalid(name, "must be a whole number; it is \(value.kind)")
        }
    }

    /// True or false; null counts as absent.
    func boolean(_ name: String) throws(Problem) -> Bool? {
        switch self[name] {
        case nil, .null: return nil
        case .boolean(let value): return value
        case .some(let value): throw Self.invalid(name, "must be true or false; it is \(value.kind)")
        }
    }

    /// A list of strings; null counts as absent.
    func strings(_ name: String, atMost limit: Int) throws(Problem) -> [String]? {
        guard let values = try self.list(name, atMost: limit) else { return nil }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw Self.invalid(name, "must have strings alone") }
            texts.append(text)
        }
        return texts
    }

    /// A list of objects; null counts as absent.
    func objects(_ name: String, admitting names: [String], atMost limit: Int) throws(Problem) -> [JSONMembers]? {
        guard let values = try self.list(name, atMost: limit) else { return nil }
        var objects: [JSONMembers] = []
        for (index, value) in values.enumerated() {
            objects.append(try JSONMembers(value, "\(name)[\(index)]", admitting: names))
        }
        return objects
    }

    private func list(_ name: String, atMost limit: Int) throws(Problem) -> [JSONValue]? {
        switch self[name] {
        case nil, .null: return nil
        case .array(let values):
            guard values.count <= limit else { throw Self.invalid(name, "has at most \(limit) elements") }
            return values
        case .some(let value): throw Self.invalid(name, "must be an array; it is \(value.kind)")
        }
    }

    /// A problem with the value of a member.
    static func invalid(_ name: String, _ rule: String) -> Problem {
        Problem(.invalidMember, "member '\(name)' \(rule)")
    }

    /// The value of a member as it is, for a reader of its own; nil when it is absent.
    func value(_ name: String) -> JSONValue? { self[name] }

    private subscript(name: String) -> JSONValue? { self.members.first { $0.name == name }?.value }
}
