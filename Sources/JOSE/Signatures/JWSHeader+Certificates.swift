// Certificates and keys that a header carries. They prove nothing: whoever signs can put any there. A caller compares them
// with what it trusts.

import FoundationEssentials
import JSON

extension JWSHeader {
    /// `x5c`: the signer's certificate and those that lead to a root, in DER; empty when the header has none.
    ///
    /// - Throws: ``JOSEError`` with `.malformedSignature` when it is not a list of 1 to ``Budget/certificateChain``
    ///   certificates in base64 (RFC 7515 §4.1.6: not base64url).
    public var certificateChain: [[UInt8]] {
        get throws(JOSEError) {
            guard let member = self.value["x5c"] else { return [] }
            guard case .array(let items) = member, (1...Budget.certificateChain).contains(items.count) else {
                throw JOSEError(.malformedSignature, "'x5c' must list 1 to \(Budget.certificateChain) certificates")
            }
            var chain: [[UInt8]] = []
            for item in items {
                guard let text = item.text, let bytes = StandardBase64.decode(text) else {
                    throw JOSEError(.malformedSignature, "'x5c' must hold certificates in base64 with padding")
                }
                chain.append(bytes)
            }
            return chain
        }
    }

    /// `jwk`: a key that the header itself carries, as RFC 8555 §6.2 has it for new accounts.
    ///
    /// - Throws: ``JOSEError`` when it is there and no key.
    public var webKey: JSONWebKey? {
        get throws(JOSEError) {
            guard let member = self.value["jwk"] else { return nil }
            return try JSONWebKey(member)
        }
    }
}

/// base64 with padding (RFC 4648 §4), strict.
enum StandardBase64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    static func decode(_ text: String) -> [UInt8]? {
        guard let bytes = Data(base64Encoded: text), bytes.base64EncodedString() == text else { return nil }
        return Array(bytes)
    }
}
