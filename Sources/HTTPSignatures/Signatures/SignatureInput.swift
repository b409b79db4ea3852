// A member of `Signature-Input` with its signature (RFC 9421 §4): what somebody says to have signed.

public import HTTPTypes
import RawStructuredFieldValues

/// One signature of a message, well formed and otherwise unchecked.
public struct SignatureInput: Hashable, Sendable {
    /// The label, which joins `Signature-Input` and `Signature`.
    public let label: String
    /// What is covered, in order; no component stands twice.
    public let components: [CoveredComponent]
    /// The parameters.
    public let parameters: SignatureParameters
    /// The signature; empty when it is yet to be made.
    public let signature: [UInt8]
    /// The value of `@signature-params`: the member as a structured field, parameters in the signer's order.
    public let serialized: String

    /// The signatures of a request, in the order of `Signature-Input`; none when it has neither field.
    ///
    /// - Throws: ``HTTPSignatureError`` with `.malformedField`, `.unsupportedComponent`, `.invalidParameter`,
    ///   `.unsupportedParameter` or `.unsupportedAlgorithm` when any of them is not as it must be.
    public static func all(in request: HTTPRequest) throws(HTTPSignatureError) -> [SignatureInput] {
        let fields = request.headerFields
        let inputs = try StructuredDictionary(.signatureInput, of: fields)?.members ?? [:]
        let signatures = try StructuredDictionary(.signature, of: fields)?.members ?? [:]
        guard inputs.count <= Budget.signatures else {
            throw HTTPSignatureError(.malformedField, "a message has at most \(Budget.signatures) signatures")
        }
        // RFC 9421 §4: "The presence of a label in one field but not the other is an error."
        guard inputs.map(\.0).sorted() == signatures.map(\.0).sorted() else {
            throw HTTPSignatureError(.malformedField, "Signature-Input and Signature do not have the same labels")
        }
        var all: [SignatureInput] = []
        for (label, member) in inputs {
            guard case .innerList(let list) = member else {
                throw HTTPSignatureError(.malformedField, "'\(label)' of Signature-Input must be a list in parentheses")
            }
            guard let octets = signatures[label]?.octets, (1...Budget.signatureBytes).contains(octets.count) else {
                throw HTTPSignatureError(
                    .malformedField,
                    "'\(label)' of Signature must be a byte sequence of 1 to \(Budget.signatureBytes) octets"
                )
            }
            all.append(try SignatureInput(label: label, list: list, signature: octets))
        }
        return all
    }

    private init(label: String, list: InnerList, signature: [UInt8]) throws(HTTPSignatureError) {
        var components: [CoveredComponent] = []
        for item in list.bareInnerList { components.append(try CoveredComponent(item)) }
        self.parameters = try SignatureParameters(list.rfc9651Parameters)
        self.label = label
        self.components = components
        self.signature = signature
        self.serialized = try StructuredText.of(list)
        try self.checkComponents()
    }

    /// What is to be signed.
    ///
    /// - Throws: ``HTTPSignatureError`` with `.malformedField` when a component stands twice or there are too many, or
    ///   `.invalidParameter` when a text has characters that cannot stand in a field.
    public init(
        label: String,
        components: [CoveredComponent],
        parameters: SignatureParameters
    ) throws(HTTPSignatureError) {
        var items = BareInnerList()
        for component in components { items.append(component.item) }
        self.label = label
        self.components = components
        self.parameters = parameters
        self.signature = []
        self.serialized = try StructuredText.of(InnerList(bareInnerList: items, parameters: parameters.map))
        try self.checkComponents()
    }

    private func checkComponents() throws(HTTPSignatureError) {
        guard self.components.count <= Budget.components else {
            throw HTTPSignatureError(.malformedField, "a signature covers at most \(Budget.components) components")
        }
        // RFC 9421 §2: a component identifier may occur only once among the covered components.
        guard Set(self.components).count == self.components.count else {
            throw HTTPSignatureError(.malformedField, "'\(self.label)' of Signature-Input covers a component twice")
        }
    }
}

extension SignatureInput {
    /// The signature base (RFC 9421 §2.5): the octets that are signed.
    ///
    /// - Throws: ``HTTPSignatureError`` with `.missingComponent` when the request lacks a component, or has more than
    ///   ``Budget/baseBytes`` of them.
    public func base(for request: HTTPRequest) throws(HTTPSignatureError) -> [UInt8] {
        var base: [UInt8] = []
        for component in self.components {
            base += try "\(StructuredText.of(component.item)): \(component.value(in: request))\n".utf8
            guard base.count <= Budget.baseBytes else {
                throw HTTPSignatureError(
                    .missingComponent,
                    "the covered components have more than \(Budget.baseBytes) octets"
                )
            }
        }
        return base + "\"@signature-params\": \(self.serialized)".utf8
    }
}
