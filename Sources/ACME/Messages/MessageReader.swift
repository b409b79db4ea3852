// Reading a CA's documents: what RFC 8555 demands must be there and right, and all else is passed over, since §9.7 has
// registries for further members of each.

import JSON
import OutboundHTTP
import PKIX

/// A document with words for what is wrong with it.
struct MessageReader {
    let value: JSONValue
    /// What the document is, for messages.
    let name: String
    let addresses: AddressPolicy

    /// Reads the body of an answer.
    ///
    /// - Parameter list: the member that a bare array stands for; nil where none may stand.
    /// - Throws: ``ACMEError`` with `.malformedAnswer` when it is no object in JSON.
    init(
        _ answer: HTTPAnswer,
        _ name: String,
        _ addresses: AddressPolicy,
        list: String? = nil
    ) throws(ACMEError) {
        guard answer.mediaType == "application/json" else {
            let type = answer.mediaType.map { "'\($0.printable)'" } ?? "no media type"
            throw ACMEError(.malformedAnswer, "the CA sent \(type) for \(name) instead of application/json")
        }
        let value: JSONValue
        do { value = try JSONReader.read(answer.body, within: Budget.documentLimits) } catch {
            throw ACMEError(.malformedAnswer, "the CA's document for \(name) cannot be read: \(error.reason)")
        }
        guard let list, case .array = value else {
            try self.init(value, name, addresses)
            return
        }
        try self.init(.object(present: [list: value]), name, addresses)
    }

    init(_ value: JSONValue, _ name: String, _ addresses: AddressPolicy) throws(ACMEError) {
        guard case .object = value else {
            throw ACMEError(.malformedAnswer, "the CA sent \(value.kind) for \(name) instead of an object")
        }
        (self.value, self.name, self.addresses) = (value, name, addresses)
    }

    /// A string; nil when it is absent or null.
    func text(_ member: String) throws(ACMEError) -> String? {
        guard let value = self.value[member], value != .null else { return nil }
        guard let text = value.text else { throw self.error(member, "is \(value.kind) instead of a string") }
        return text
    }

    /// A string that has to be there.
    func required(_ member: String) throws(ACMEError) -> String {
        guard let text = try self.text(member), !text.isEmpty else { throw self.error(member, "is missing") }
        return text
    }

    /// An address that may be called; nil when it is absent.
    func url(_ member: String) throws(ACMEError) -> String? {
        guard let text = try self.text(member) else { return nil }
        guard self.addresses.admits(text) else {
            throw self.error(member, "is no https address: '\(text.quotedForDetail)'")
        }
        return text
    }

    /// An address that has to be there.
    func requiredURL(_ member: String) throws(ACMEError) -> String {
        guard let url = try self.url(member) else { throw self.error(member, "is missing") }
        return url
    }

    /// A time; nil when it is absent or cannot be read: none that we read decides anything alone.
    func time(_ member: String) -> CertificateTime? { self.value[member]?.text.flatMap { InstantText.rfc3339($0) } }

    /// A truth; nil when it is absent or no boolean.
    func boolean(_ member: String) -> Bool? {
        guard case .boolean(let value) = self.value[member] else { return nil }
        return value
    }

    /// The items of a list; empty when it is absent.
    func list(_ member: String) throws(ACMEError) -> [JSONValue] {
        guard let value = self.value[member], value != .null else { return [] }
        guard case .array(let items) = value else { throw self.error(member, "is \(value.kind) instead of a list") }
        guard items.count <= Budget.listItems else {
            throw self.error(member, "has \(items.count) items; at most \(Budget.listItems) are read")
        }
        return items
    }

    /// The strings of a list; others are passed over.
    func texts(_ member: String) throws(ACMEError) -> [String] { try self.list(member).compactMap(\.text) }

    /// The addresses of a list.
    func urls(_ member: String) throws(ACMEError) -> [String] {
        let texts = try self.texts(member)
        guard texts.allSatisfy(self.addresses.admits) else {
            throw self.error(member, "has an item that is no https address")
        }
        return texts
    }

    /// A problem; nil when it is absent or no object.
    func problem(_ member: String) -> ACMEProblem? { self.value[member].flatMap { ACMEProblem($0) } }

    func error(_ member: String, _ what: String) -> ACMEError {
        ACMEError(.malformedAnswer, "'\(member)' of the CA's document for \(self.name) \(what)")
    }
}
