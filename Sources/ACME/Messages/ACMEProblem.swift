// A CA's account of what went wrong (RFC 7807, RFC 8555 §6.7), kept whole: the owner of an agent has to act on it.

import JSON

/// A problem, with the problems that it consists of.
public struct ACMEProblem: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The URN, as the CA wrote it.
    public let type: String
    /// The CA's explanation, in printable ASCII and cut to ``Budget/reasonCharacters``; empty for none.
    public let detail: String
    /// The status code that the CA names.
    public let status: Int?
    /// The name that the problem is about.
    public let identifier: ACMEIdentifier?
    /// The problems of single names.
    public let subproblems: [ACMEProblem]
    /// Where a person can go: `instance`, as with `userActionRequired` (RFC 8555 §7.3.3).
    public let instance: String?

    /// Creates a problem.
    public init(
        type: String,
        detail: String,
        status: Int? = nil,
        identifier: ACMEIdentifier? = nil,
        subproblems: [ACMEProblem] = [],
        instance: String? = nil
    ) {
        self.type = type
        self.detail = detail
        self.status = status
        self.identifier = identifier
        self.subproblems = subproblems
        self.instance = instance
    }

    /// Reads a document as far as it goes; nil when it is no object.
    init?(_ value: JSONValue) {
        self.init(value, isNested: false)
    }

    private init?(_ value: JSONValue, isNested: Bool) {
        guard case .object = value else { return nil }
        self.type = (value["type"]?.text ?? "about:blank").printable
        self.detail = (value["detail"]?.text ?? value["title"]?.text ?? "").printable
        self.identifier = value["identifier"].flatMap { ACMEIdentifier($0) }
        self.instance = value["instance"]?.text?.printable
        if case .number(let text) = value["status"] { self.status = Int(text) } else { self.status = nil }
        // RFC 8555 §6.7.1 knows one level of subproblems; deeper ones are passed over.
        guard !isNested, case .array(let items) = value["subproblems"] else {
            self.subproblems = []
            return
        }
        self.subproblems = items.prefix(Budget.subproblems).compactMap { ACMEProblem($0, isNested: true) }
    }

    /// The last part of an ACME URN, such as `rateLimited`; nil for other types.
    public var kind: String? {
        let prefix = "urn:ietf:params:acme:error:"
        return self.type.hasPrefix(prefix) ? String(self.type.dropFirst(prefix.count)) : nil
    }
}
