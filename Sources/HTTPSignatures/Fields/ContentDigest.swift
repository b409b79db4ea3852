// Content-Digest (RFC 9530 §2): what binds a body to the fields that a signature covers.

import Crypto
import FoundationEssentials
public import HTTPTypes
import RawStructuredFieldValues

/// A hash algorithm of `Content-Digest` that is fit against attackers (RFC 9530 §5).
public enum ContentDigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// SHA-256.
    case sha256 = "sha-256"
    /// SHA-512.
    case sha512 = "sha-512"

    fileprivate func digest(of body: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: body))
        case .sha512: Array(SHA512.hash(data: body))
        }
    }
}

/// Makes and checks `Content-Digest`.
public enum ContentDigest {
    /// The field's value for a body: the octets as they are sent, after any content coding.
    public static func value(for body: [UInt8], algorithm: ContentDigestAlgorithm = .sha256) -> String {
        "\(algorithm.rawValue)=:\(Data(algorithm.digest(of: body)).base64EncodedString()):"
    }

    /// Whether a message names any digest of its body.
    public static func isPresent(in fields: HTTPFields) -> Bool { fields.contains(.contentDigest) }

    /// Checks a body against the field.
    ///
    /// Digests of other algorithms are ignored (RFC 9530 §2: "A recipient MAY ignore any or all digests"), but one that is
    /// known must be there, and all that are known must match.
    ///
    /// - Throws: ``HTTPSignatureError`` with `.malformedField`, `.missingComponent` when no known digest is there, or
    ///   `.digestMismatch`.
    public static func check(_ body: [UInt8], against fields: HTTPFields) throws(HTTPSignatureError) {
        let dictionary = try StructuredDictionary(.contentDigest, of: fields)
        var isChecked = false
        for algorithm in ContentDigestAlgorithm.allCases {
            guard let member = dictionary?.members[algorithm.rawValue] else { continue }
            guard let digest = member.octets else {
                throw HTTPSignatureError(
                    .malformedField,
                    "\(algorithm.rawValue) of Content-Digest must be a byte sequence"
                )
            }
            guard digest == algorithm.digest(of: body) else {
                throw HTTPSignatureError(
                    .digestMismatch,
                    "the body does not have the \(algorithm.rawValue) of Content-Digest"
                )
            }
            isChecked = true
        }
        guard isChecked else {
            throw HTTPSignatureError(.missingComponent, "the message needs Content-Digest with sha-256 or sha-512")
        }
    }
}

extension HTTPField.Name {
    static let contentDigest = Self.known("Content-Digest")
    static let signature = Self.known("Signature")
    static let signatureInput = Self.known("Signature-Input")

    /// All the names above are tokens; a name that is not would match no field.
    private static func known(_ name: String) -> Self { Self(name) ?? .trailer }
}
