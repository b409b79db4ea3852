// The protected header of a JWS (RFC 7515 §4). `jku` and `x5u` name places to fetch keys from; nothing here follows them.

public import JSON

/// A protected header: an object with an algorithm that is supported, and no demands that are not.
public struct JWSHeader: Hashable, Sendable {
    /// The object.
    public let value: JSONValue
    /// `alg`.
    public let algorithm: JWSAlgorithm
    /// The text that is signed: the header in base64url, as it was received.
    let encoded: String

    /// `kid`: which key signed, in the signer's words.
    public var keyID: String? { self.value["kid"]?.text }
    /// `typ`: what the whole is.
    public var type: String? { self.value["typ"]?.text }
    /// `cty`: what the payload is.
    public var contentType: String? { self.value["cty"]?.text }

    /// A header to sign.
    ///
    /// - Parameters:
    ///   - certificateChain: Goes into `x5c`: DER, the signer's certificate first.
    ///   - additional: Further members, such as `nonce` and `url` of RFC 8555.
    public init(
        algorithm: JWSAlgorithm,
        keyID: String? = nil,
        type: String? = nil,
        certificateChain: [[UInt8]] = [],
        additional: [JSONMember] = []
    ) {
        let chain = certificateChain.map { JSONValue.string(StandardBase64.encode($0)) }
        let known = JSONValue.object(present: [
            "alg": .string(algorithm.rawValue), "kid": keyID.map { .string($0) }, "typ": type.map { .string($0) },
            "x5c": chain.isEmpty ? nil : .array(chain),
        ])
        self.init(trusted: known.appending(additional), algorithm)
    }

    private init(trusted value: JSONValue, _ algorithm: JWSAlgorithm) {
        self.value = value
        self.algorithm = algorithm
        self.encoded = Base64URL.encode(value.serialized)
    }

    /// The header of a text in base64url.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature`, `.unsupportedAlgorithm` or `.unsupportedCriticalHeader`.
    init(encoded: String) throws(JOSEError) {
        guard encoded.utf8.count <= Budget.headerBytes, let bytes = Base64URL.decode(encoded) else {
            throw JOSEError(
                .malformedSignature,
                "the protected header must be base64url without padding, at most \(Budget.headerBytes) octets"
            )
        }
        let value: JSONValue
        do { value = try JSONReader.read(bytes, within: Budget.headerLimits) } catch {
            throw JOSEError(.malformedSignature, "the protected header: \(error.reason)")
        }
        guard case .object = value else {
            throw JOSEError(.malformedSignature, "the protected header must be an object, not \(value.kind)")
        }
        for name in ["alg", "kid", "typ", "cty"] {
            guard let member = value[name], member.text == nil else { continue }
            throw JOSEError(.malformedSignature, "'\(name)' of the header must be a string, not \(member.kind)")
        }
        // RFC 7515 §4.1.11: "If any of the listed extension Header Parameters are not understood and supported by the
        // recipient, then the JWS is invalid." None is, and an empty list is malformed.
        guard value["crit"] == nil else {
            throw JOSEError(.unsupportedCriticalHeader, "the header has 'crit'; no critical extension is supported")
        }
        self.value = value
        self.encoded = encoded
        self.algorithm = try Self.algorithm(of: value)
    }

    private static func algorithm(of value: JSONValue) throws(JOSEError) -> JWSAlgorithm {
        guard let name = value["alg"]?.text else { throw JOSEError(.malformedSignature, "the header lacks 'alg'") }
        guard let algorithm = JWSAlgorithm(rawValue: name) else {
            let known = JWSAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw JOSEError(.unsupportedAlgorithm, "'alg' is '\(name.quotedForDetail)'; it must be one of \(known)")
        }
        return algorithm
    }
}
