// A document of the registry with its signature: a JWS (RFC 7515) by the registry's key over the canonical form (RFC 8785).
// The same signature serves the JSON, detached in its member `signature`, and the compact serialization.

import Crypto
public import FoundationEssentials
import JOSE
import JSON
import PKIX

/// A document that the registry has signed, unless it has no key.
public struct SignedDocument: Hashable, Sendable {
    /// The document in JSON, with the member `signature` when it is signed.
    public let octets: [UInt8]
    /// `header.payload.signature`; nil when it is not signed.
    public let compact: String?
    /// Until when the document may be believed.
    public let validUntil: Date
    /// The entity tag of ``octets`` (RFC 9110 §8.8.3), with its quotation marks.
    public let entityTag: String

    /// Whole seconds that are left of its validity; never negative.
    public func secondsLeft(at instant: Date) -> Int {
        Int(max(0, self.validUntil.timeIntervalSince(instant)).rounded(.down))
    }

    /// Signs a document.
    ///
    /// - Parameters:
    ///   - value: an object without a member `signature`.
    ///   - type: `typ` of the header: what tells signatures of one kind of document from those of another.
    ///   - credential: the registry's key; nil leaves the document unsigned.
    /// - Throws: what the registry's key throws, `JSONError`, `JOSEError`.
    init(
        _ value: JSONValue,
        type: String,
        credential: RegistryCredential?,
        validUntil: Date
    ) async throws {
        let payload = try value.canonical
        self.validUntil = validUntil
        guard let credential else {
            (self.octets, self.compact) = (payload, nil)
            self.entityTag = Self.tag(payload)
            return
        }
        let jws = try await JSONWebSignature.sign(
            payload,
            header: JWSHeader(
                algorithm: credential.algorithm,
                keyID: credential.key.thumbprint,
                type: type,
                certificateChain: credential.certificateChain
            ),
            key: credential.key.publicKey
        ) { algorithm, input in
            try await credential.signature(over: input, algorithm)
        }
        let signature = JSONMember(name: "signature", value: .string(jws.detached))
        self.octets = try value.appending([signature]).canonical
        self.compact = jws.compact
        self.entityTag = Self.tag(self.octets)
    }

    private static func tag(_ octets: [UInt8]) -> String { "\"\(Array(SHA256.hash(data: octets)).hexadecimal)\"" }

    /// What it holds in memory, in octets.
    var size: Int { self.octets.count + (self.compact?.utf8.count ?? 0) }
}
