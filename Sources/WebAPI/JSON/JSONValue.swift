// JSON as callers send it (RFC 8259). Numbers stay text: what range they must have is their reader's matter.

/// A JSON value.
enum JSONValue: Hashable, Sendable {
    case object([JSONMember])
    case array([JSONValue])
    case string(String)
    case number(String)
    case boolean(Bool)
    case null

    /// The kind of value, for messages.
    var kind: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}

/// A member of an object.
struct JSONMember: Hashable, Sendable {
    let name: String
    let value: JSONValue
}
