// From a public key to members, and the way by SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).

import Crypto
import CryptoExtras
import JSON
import SwiftASN1
import X509

extension JSONWebKey {
    /// The key of a SubjectPublicKeyInfo.
    ///
    /// - Throws: ``JOSEError`` with `.malformedKey` or `.unsupportedKey`.
    public init(subjectPublicKeyInfo: [UInt8], keyID: String? = nil) throws(JOSEError) {
        guard let key = try? Certificate.PublicKey(derEncoded: subjectPublicKeyInfo) else {
            throw JOSEError(.malformedKey, "the SubjectPublicKeyInfo does not hold a key that is supported")
        }
        try self.init(key, keyID: keyID)
    }

    /// The SubjectPublicKeyInfo of the key, in DER.
    ///
    /// - Throws: ``JOSEError`` with `.unsupportedKey` when the key cannot be encoded.
    public var subjectPublicKeyInfo: [UInt8] {
        get throws(JOSEError) {
            var serializer = DER.Serializer()
            do { try serializer.serialize(self.publicKey) } catch {
                throw JOSEError(.unsupportedKey, "the key has no SubjectPublicKeyInfo: \(error)")
            }
            return serializer.serializedBytes
        }
    }

    static func requiredMembers(of key: Certificate.PublicKey) throws(JOSEError) -> [JSONMember] {
        if let key = Curve25519.Signing.PublicKey(key) {
            return Self.members([("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(key.rawRepresentation))])
        }
        if let key = P256.Signing.PublicKey(key) { return Self.ellipticCurve("P-256", Array(key.rawRepresentation)) }
        if let key = P384.Signing.PublicKey(key) { return Self.ellipticCurve("P-384", Array(key.rawRepresentation)) }
        guard let key = _RSA.Signing.PublicKey(key), let numbers = try? key.getKeyPrimitives() else {
            throw JOSEError(.unsupportedKey, "a key must be Ed25519, P-256, P-384 or RSA")
        }
        guard key.keySizeInBits <= Budget.rsaModulusBits else {
            throw JOSEError(.unsupportedKey, "an RSA key has at most \(Budget.rsaModulusBits) bits")
        }
        return Self.members([
            ("e", Base64URL.encode(numbers.publicExponent)), ("kty", "RSA"), ("n", Base64URL.encode(numbers.modulus)),
        ])
    }

    /// The halves of x ‖ y, each of the field's full length (RFC 7518 §6.2.1.2).
    private static func ellipticCurve(_ name: String, _ point: [UInt8]) -> [JSONMember] {
        let half = point.count / 2
        return Self.members([
            ("crv", name), ("kty", "EC"), ("x", Base64URL.encode(point[..<half])),
            ("y", Base64URL.encode(point[half...])),
        ])
    }

    private static func members(_ members: [(String, String)]) -> [JSONMember] {
        members.map { JSONMember(name: $0.0, value: .string($0.1)) }
    }
}
