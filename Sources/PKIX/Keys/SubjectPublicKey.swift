// A subject's public key as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): parsed strictly, and strong, or not at all.
//
// Whoever holds a `SubjectPublicKey` holds the proof that the key is of a kind we know, that its point lies on its
// curve and that it is none of the known-bad ones. Two encodings of one key give equal bytes: the DER is written anew.

import Crypto
import SwiftASN1
public import X509

/// A public key that passed the checks of ``KeyStrength``.
///
/// ```
/// SubjectPublicKeyInfo  ::=  SEQUENCE  {
///      algorithm            AlgorithmIdentifier,
///      subjectPublicKey     BIT STRING  }
/// ```
public struct SubjectPublicKey: Hashable, Sendable {
    /// The algorithm with its curve or size.
    public let type: KeyType
    /// The DER of the whole `SubjectPublicKeyInfo`, in canonical form.
    public let subjectPublicKeyInfo: [UInt8]
    /// The content of the BIT STRING: an uncompressed point, 32 octets of Ed25519, or an `RSAPublicKey`.
    public let keyBytes: [UInt8]
    /// The same key for swift-certificates.
    public let certificateKey: Certificate.PublicKey

    /// Parses and checks the DER of a `SubjectPublicKeyInfo`.
    ///
    /// - Throws: ``PKIXError`` with `.unsupportedKey` for a kind we do not take, `.weakKey` for a bad key of a kind we
    ///   do, `.malformed` for anything that is not a `SubjectPublicKeyInfo`.
    public init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        let info = try PublicKeyInfo(derEncoded: bytes)
        self.type = try KeyStrength.check(info)
        do {
            self.certificateKey = try Certificate.PublicKey(derEncoded: bytes)
            var serializer = DER.Serializer()
            try serializer.serialize(self.certificateKey)
            self.subjectPublicKeyInfo = serializer.serializedBytes
        } catch {
            throw PKIXError(.weakKey, "the \(self.type) public key is invalid: \(error)")
        }
        self.keyBytes = Array(self.certificateKey.subjectPublicKeyInfoBytes)
    }

    /// Checks a key that swift-certificates holds already.
    ///
    /// - Throws: as ``init(derEncoded:)``.
    public init(_ key: Certificate.PublicKey) throws(PKIXError) {
        var serializer = DER.Serializer()
        do {
            try serializer.serialize(key)
        } catch {
            throw PKIXError(.malformed, "the public key cannot be encoded: \(error)")
        }
        try self.init(derEncoded: serializer.serializedBytes)
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`, 32 octets: what pins and blocks a key.
    public var sha256: [UInt8] { Array(SHA256.hash(data: self.subjectPublicKeyInfo)) }

    /// The subject key identifier: the leftmost 160 bits of the SHA-256 of the BIT STRING's content (RFC 7093 §2, method 1).
    public var keyIdentifier: [UInt8] { Array(SHA256.hash(data: self.keyBytes).prefix(20)) }
}

/// A `SubjectPublicKeyInfo` taken apart, unchecked.
struct PublicKeyInfo {
    let algorithm: ASN1ObjectIdentifier
    /// The parameters' DER, `nil` when absent.
    let parameters: [UInt8]?
    let key: [UInt8]

    init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        do {
            self = try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in
                let (algorithm, parameters) = try DER.sequence(
                    try nodes.required("algorithm"),
                    identifier: .sequence
                ) { inner in
                    let identifier = try ASN1ObjectIdentifier(derEncoded: &inner)
                    return (identifier, inner.next().map { Array($0.encodedBytes) })
                }
                let key = try ASN1BitString(derEncoded: &nodes)
                guard key.paddingBits == 0 else {
                    throw ASN1Error.invalidASN1Object(reason: "a subjectPublicKey with unused bits")
                }
                return PublicKeyInfo(algorithm: algorithm, parameters: parameters, key: Array(key.bytes))
            }
        } catch {
            throw PKIXError(.malformed, "not a SubjectPublicKeyInfo: \(error)")
        }
    }

    private init(algorithm: ASN1ObjectIdentifier, parameters: [UInt8]?, key: [UInt8]) {
        self.algorithm = algorithm
        self.parameters = parameters
        self.key = key
    }
}
