// Reading members of a request's JSON: what is wrong is told with the member's path, such as `endpoints[0].agentUrl`.
//
// A member that is null, and a text that is empty, count as absent: ANS clients send both.

import JSON

/// An object of a request, with the codes for what it lacks or has wrong.
struct MemberReader {
    let object: JSONValue
    /// Where the object stands; empty for the body itself.
    let path: String
    let missing: RegistrationError.Code
    let invalid: RegistrationError.Code

    /// - Throws: ``RegistrationError`` with `invalid` when the value is no object.
    init(
        _ value: JSONValue,
        path: String = "",
        missing: RegistrationError.Code = .missingMember,
        invalid: RegistrationError.Code = .invalidMember
    ) throws(RegistrationError) {
        guard case .object = value else {
            throw path.isEmpty
                ? RegistrationError(.invalidRegistration, "the registration is \(value.kind); an object is needed")
                : RegistrationError(invalid, "\(path): \(value.kind); an object is needed")
        }
        self.object = value
        self.path = path
        self.missing = missing
        self.invalid = invalid
    }

    /// The path of a member.
    func path(of name: String) -> String { self.path.isEmpty ? name : self.path + "." + name }

    /// An error in a member.
    func error(_ name: String, _ reason: String, code: RegistrationError.Code? = nil) -> RegistrationError {
        RegistrationError(code ?? self.invalid, "\(self.path(of: name)): \(reason)")
    }

    /// A member that is there and not null.
    func value(_ name: String) -> JSONValue? {
        guard let value = self.object[name], value != .null else { return nil }
        return value
    }

    /// A text of at most so many Unicode scalars; nil when it is absent or empty.
    func text(_ name: String, atMost limit: Int, _ kind: TextKind = .line) throws(RegistrationError) -> String? {
        guard let value = self.value(name) else { return nil }
        guard let text = value.text else { throw self.error(name, "\(value.kind); a string is needed") }
        if let fault = kind.fault(in: text, atMost: limit) { throw self.error(name, fault) }
        return text.isEmpty ? nil : text
    }

    /// A text that must be there.
    func requiredText(_ name: String, atMost limit: Int) throws(RegistrationError) -> String {
        guard let text = try self.text(name, atMost: limit) else {
            throw self.error(name, "it is missing", code: self.missing)
        }
        return text
    }

    /// A list; nil when it is absent.
    func list(_ name: String, atMost limit: Int) throws(RegistrationError) -> [JSONValue]? {
        guard let value = self.value(name) else { return nil }
        guard case .array(let values) = value else { throw self.error(name, "\(value.kind); an array is needed") }
        guard values.count <= limit else {
            throw self.error(name, "\(values.count) elements; at most \(limit) are admitted")
        }
        return values
    }

    /// A list of texts; nil when it is absent.
    func texts(_ name: String, atMost limit: Int, each characters: Int) throws(RegistrationError) -> [String]? {
        guard let values = try self.list(name, atMost: limit) else { return nil }
        var texts: [String] = []
        for (index, value) in values.enumerated() {
            guard let text = value.text else {
                throw self.error("\(name)[\(index)]", "\(value.kind); a string is needed")
            }
            if let fault = TextKind.line.fault(in: text, atMost: characters) {
                throw self.error("\(name)[\(index)]", fault)
            }
            texts.append(text)
        }
        return texts
    }
}

/// What characters a text may have.
enum TextKind {
    /// One line for people to read.
    case line
    /// Lines for people to read.
    case paragraph
    /// PEM: printable ASCII in lines.
    case pem

    /// What is wrong with a text; nil when nothing is.
    func fault(in text: String, atMost limit: Int) -> String? {
        guard text.utf8.count <= limit * 4, text.unicodeScalars.count <= limit else {
            return "longer than \(limit) characters"
        }
        guard let bad = text.unicodeScalars.first(where: { !self.admits($0) }) else { return nil }
        return "it has the character \(bad.notation), which is not admitted"
    }

    private func admits(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x0D, 0x09: self != .line
        case 0x20...0x7E: true
        // Controls of direction make a text read as another (UTR #36 §2.5); the others are unseen.
        case ..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            false
        default: self != .pem
        }
    }
}
