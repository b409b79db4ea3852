// A public key as the token describes it, turned into a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).

import PKIX
import SwiftASN1
import X509

/// A public key read from a token.
struct PublicKeyObject: Sendable {
    let type: KeyType
    /// The DER of SubjectPublicKeyInfo.
    let subjectPublicKeyInfo: [UInt8]
    let publicKey: Certificate.PublicKey

    static let attributes: [AttributeType] = [.keyType, .ecParameters, .ecPoint, .modulus, .publicExponent]

    /// Reads the attributes of a public key object.
    ///
    /// - Throws: ``SigningError/Code/unsupportedKey``, ``SigningError/Code/malformedAnswer``.
    init(_ values: AttributeValues) throws(SigningError) {
        switch values.ulong(.keyType) {
        case 0x00: (self.type, self.subjectPublicKeyInfo) = try Self.rsa(values)  // CKK_RSA
        case 0x03, 0x40: (self.type, self.subjectPublicKeyInfo) = try Self.curve(values)  // CKK_EC, CKK_EC_EDWARDS
        case let other:
            throw SigningError(.unsupportedKey, "a key of CKA_KEY_TYPE \(other.map { "\($0)" } ?? "nothing")")
        }
        do {
            // Checks that the point lies on the curve, and the size of the modulus.
            self.publicKey = try Certificate.PublicKey(derEncoded: self.subjectPublicKeyInfo)
        } catch {
            throw SigningError(.malformedAnswer, "the token's public key is not one of type \(self.type): \(error)")
        }
    }

    private static func curve(_ values: AttributeValues) throws(SigningError) -> (KeyType, [UInt8]) {
        guard let parameters = values.bytes(.ecParameters) else {
            throw SigningError(.malformedAnswer, "the token's public key has no CKA_EC_PARAMS")
        }
        switch parameters {
        case ECParameters.p256: return (.p256, SPKIPrefix.p256 + (try Self.point(values, count: 65)))
        case ECParameters.p384: return (.p384, SPKIPrefix.p384 + (try Self.point(values, count: 97)))
        case _ where ECParameters.ed25519.contains(parameters):
            return (.ed25519, SPKIPrefix.ed25519 + (try Self.point(values, count: 32)))
        default:
            throw SigningError(.unsupportedKey, "the token's key is on a curve other than P-256, P-384 and Ed25519")
        }
    }

    /// CKA_EC_POINT: "DER-encoding of ANSI X9.62 ECPoint value Q", an OCTET STRING; some modules leave it bare.
    private static func point(_ values: AttributeValues, count: Int) throws(SigningError) -> [UInt8] {
        let point = values.bytes(.ecPoint) ?? []
        if point.count == count + 2, point.starts(with: [0x04, UInt8(count)]) { return Array(point.dropFirst(2)) }
        if point.count == count { return point }
        throw SigningError(
            .malformedAnswer,
            "the token's public key has a CKA_EC_POINT of \(point.count) octets where \(count + 2) are due"
        )
    }

    private static func rsa(_ values: AttributeValues) throws(SigningError) -> (KeyType, [UInt8]) {
        let modulus = (values.bytes(.modulus) ?? []).drop { $0 == 0 }
        let exponent = (values.bytes(.publicExponent) ?? []).drop { $0 == 0 }
        guard let first = modulus.first, !exponent.isEmpty else {
            throw SigningError(.malformedAnswer, "the token's RSA public key has no modulus or no exponent")
        }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard bits == 3_072 || bits == 4_096 else {
            throw SigningError(.unsupportedKey, "an RSA key of \(bits) bits: 3072 and 4096 are supported")
        }
        do {
            return (.rsa(bits: bits), try Self.encodeRSA(modulus: modulus, exponent: exponent))
        } catch {
            throw SigningError(.malformedAnswer, "the token's RSA public key cannot be encoded: \(error)")
        }
    }

    /// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 §A.1.1), in its BIT STRING.
    private static func encodeRSA(modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>) throws -> [UInt8] {
        var key = DER.Serializer()
        try key.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(modulus)
            try coder.serialize(exponent)
        }
        var info = DER.Serializer()
        try info.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes(SPKIPrefix.rsaEncryption)
            try coder.serialize(ASN1BitString(bytes: key.serializedBytes[...]))
        }
        return info.serializedBytes
    }
}

/// The octets of SubjectPublicKeyInfo before the key, whose length each type fixes; for RSA the AlgorithmIdentifier.
private enum SPKIPrefix {
    static let p256: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    static let p384: [UInt8] = [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
    ]
    static let ed25519: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    static let rsaEncryption: [UInt8] = [
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
}
