// What a signature can cover (RFC 9421 §2): fields, and components derived from the request.
//
// A field is covered as it stands. The parameters `sf`, `key`, `bs`, `tr` and `req` are refused: a signature that reads a
// field in one way while the program reads it in another is a way around the signature (§7.5).

public import HTTPTypes
import RawStructuredFieldValues

/// A component identifier: the name of a field in lower case, or that of a derived component.
public struct CoveredComponent: Hashable, Sendable {
    /// The name, such as `content-type` or `@method`.
    public let name: String
    /// Of `@query-param`, the encoded name of the query's parameter; nil for all others.
    public let queryParameter: String?

    /// `@method`.
    public static let method = CoveredComponent(derived: "@method")
    /// `@target-uri`.
    public static let targetURI = CoveredComponent(derived: "@target-uri")
    /// `@authority`.
    public static let authority = CoveredComponent(derived: "@authority")
    /// `@scheme`.
    public static let scheme = CoveredComponent(derived: "@scheme")
    /// `@request-target`.
    public static let requestTarget = CoveredComponent(derived: "@request-target")
    /// `@path`.
    public static let path = CoveredComponent(derived: "@path")
    /// `@query`.
    public static let query = CoveredComponent(derived: "@query")

    private static let derivedNames: Set<String> = [
        "@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query",
    ]

    /// A field.
    public init(field name: HTTPField.Name) {
        self.name = name.canonicalName
        self.queryParameter = nil
    }

    /// `@query-param` with a name as the query has it once it is encoded anew (RFC 9421 §2.2.8).
    public init(queryParameter name: String) {
        self.name = "@query-param"
        self.queryParameter = name
    }

    private init(derived name: String) {
        self.name = name
        self.queryParameter = nil
    }

    /// The component of an item of `Signature-Input`.
    init(_ item: Item) throws(HTTPSignatureError) {
        guard case .string(let name) = item.rfc9651BareItem else {
            throw HTTPSignatureError(.malformedField, "a covered component is a string")
        }
        let parameters = item.rfc9651Parameters
        if name == "@query-param", parameters.count == 1, case .string(let parameter) = parameters["name"] {
            self.init(queryParameter: parameter)
            return
        }
        guard parameters.isEmpty else {
            throw HTTPSignatureError(.unsupportedComponent, "parameters of the component '\(name)' are not supported")
        }
        if Self.derivedNames.contains(name) {
            self.init(derived: name)
            return
        }
        // RFC 9421 §2.1: "The component name for an HTTP field is the lowercased form of its field name".
        guard let field = HTTPField.Name(name), field.canonicalName == name else {
            throw HTTPSignatureError(.unsupportedComponent, "the component '\(name)' is not supported")
        }
        // A signature over signatures (RFC 9421 §4.3) takes the parameter `key`.
        guard field != .signature, field != .signatureInput else {
            throw HTTPSignatureError(.unsupportedComponent, "the component '\(name)' is not supported")
        }
        self.init(field: field)
    }

    var item: Item {
        let parameters: OrderedMap<String, RFC9651BareItem> = self.queryParameter.map { ["name": .string($0)] } ?? [:]
        return Item(bareItem: .string(self.name), parameters: parameters)
    }
}
