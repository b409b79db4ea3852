// Structured fields (RFC 9651) read more strictly than the RFC has it: of two members or parameters of one name it takes
// the last, and two readers of one signature must not see two signatures.

import FoundationEssentials
import HTTPTypes
import RawStructuredFieldValues

/// A field that is a dictionary.
struct StructuredDictionary {
    let members: OrderedMap<String, ItemOrInnerList>

    /// The dictionary of a field; nil when the message has no such field.
    init?(_ name: HTTPField.Name, of fields: HTTPFields) throws(HTTPSignatureError) {
        let lines = fields[fields: name]
        guard !lines.isEmpty else { return nil }
        let text = lines.map(\.value).joined(separator: ", ")
        guard text.utf8.count <= Budget.fieldBytes else {
            throw HTTPSignatureError(.malformedField, "\(name.rawName) has at most \(Budget.fieldBytes) octets")
        }
        do {
            var parser = StructuredFieldValueParser(Array(text.utf8))
            self.members = try parser.parseDictionaryFieldValue()
        } catch {
            throw HTTPSignatureError(
                .malformedField,
                "\(name.rawName) is no dictionary of structured fields (RFC 9651)"
            )
        }
        let shape = FieldShape(text)
        let parameters = self.members.reduce(0) { $0 + $1.1.parameterCount }
        guard !shape.hasDisplayString, shape.members == self.members.count, shape.parameters == parameters else {
            throw HTTPSignatureError(.malformedField, "\(name.rawName) has a name twice")
        }
    }
}

/// How many members and parameters the text of a dictionary spells out, those that the parser has merged among them.
private struct FieldShape {
    var members = 1
    var parameters = 0
    /// No field here has display strings, whose backslashes would be read wrong below.
    var hasDisplayString = false

    init(_ text: String) {
        var (isString, isEscaped) = (false, false)
        for byte in text.utf8 {
            if isString {
                if byte == UInt8(ascii: "\""), !isEscaped { isString = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: ","): self.members += 1
            case UInt8(ascii: ";"): self.parameters += 1
            case UInt8(ascii: "%"): self.hasDisplayString = true
            default: break
            }
        }
    }
}

extension ItemOrInnerList {
    fileprivate var parameterCount: Int {
        switch self {
        case .item(let item): item.rfc9651Parameters.count
        case .innerList(let list):
            list.bareInnerList.reduce(list.rfc9651Parameters.count) { $0 + $1.rfc9651Parameters.count }
        }
    }

    /// The octets, if this is a byte sequence without parameters, in base64 with padding and without stray bits.
    var octets: [UInt8]? {
        guard case .item(let item) = self, item.rfc9651Parameters.isEmpty,
            case .undecodedByteSequence(let text) = item.rfc9651BareItem,
            let octets = Data(base64Encoded: text), octets.base64EncodedString() == text
        else { return nil }
        return Array(octets)
    }
}

/// Writes structured fields.
enum StructuredText {
    static func of(_ list: InnerList) throws(HTTPSignatureError) -> String {
        var serializer = StructuredFieldValueSerializer()
        guard let bytes = try? serializer.writeListFieldValue([.innerList(list)]) else { throw Self.unwritable }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func of(_ item: Item) throws(HTTPSignatureError) -> String {
        var serializer = StructuredFieldValueSerializer()
        guard let bytes = try? serializer.writeItemFieldValue(item) else { throw Self.unwritable }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A dictionary of one byte sequence.
    static func of(label: String, octets: [UInt8]) throws(HTTPSignatureError) -> String {
        var serializer = StructuredFieldValueSerializer()
        let item = Item(
            bareItem: RFC9651BareItem.undecodedByteSequence(Data(octets).base64EncodedString()),
            parameters: [:]
        )
        guard let bytes = try? serializer.writeDictionaryFieldValue([label: .item(item)]) else { throw Self.unwritable }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static var unwritable: HTTPSignatureError {
        HTTPSignatureError(
            .invalidParameter,
            "a label, name or parameter cannot stand in a structured field (RFC 9651)"
        )
    }
}
