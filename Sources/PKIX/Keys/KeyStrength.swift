// Which public keys we refuse: unknown kinds, points off the curve, small-order points, weak RSA (RFC 5480, RFC 8410,
// CA/B Forum Baseline Requirements §6.1.1.3 and §6.1.6).

import Crypto
import SwiftASN1

/// The checks that a public key passes before anything is signed for it.
enum KeyStrength {
    private static let ecPublicKey: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 2, 1]
    private static let prime256v1: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
    private static let secp384r1: [UInt8] = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]
    private static let ed25519: ASN1ObjectIdentifier = [1, 3, 101, 112]
    private static let rsaEncryption: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 1, 1]
    private static let null: [UInt8] = [0x05, 0x00]

    /// Checks a key and says of which type it is.
    static func check(_ info: PublicKeyInfo) throws(PKIXError) -> KeyType {
        switch info.algorithm {
        case self.ecPublicKey: return try self.checkCurve(info)
        case self.ed25519: return try self.checkEd25519(info)
        case self.rsaEncryption: return try self.checkRSA(info)
        default:
            throw PKIXError(
                .unsupportedKey,
                "public key algorithm \(info.algorithm) is not supported; use Ed25519, P-256, P-384 or RSA"
            )
        }
    }

    private static func checkCurve(_ info: PublicKeyInfo) throws(PKIXError) -> KeyType {
        let type: KeyType
        switch info.parameters {
        case self.prime256v1: type = .p256
        case self.secp384r1: type = .p384
        default: throw PKIXError(.unsupportedKey, "the elliptic curve is not supported; use P-256 or P-384")
        }
        // RFC 5480 §2.2: "The first octet of the OCTET STRING indicates whether the key is compressed or uncompressed."
        guard info.key.first == 0x04 else {
            throw PKIXError(.unsupportedKey, "the \(type) point is not in uncompressed form")
        }
        do {
            switch type {
            case .p256: _ = try P256.Signing.PublicKey(x963Representation: info.key)
            default: _ = try P384.Signing.PublicKey(x963Representation: info.key)
            }
        } catch {
            throw PKIXError(.weakKey, "the \(type) point is not on its curve")
        }
        return type
    }

    private static func checkEd25519(_ info: PublicKeyInfo) throws(PKIXError) -> KeyType {
        // RFC 8410 §3: "the parameters MUST be absent".
        guard info.parameters == nil else {
            throw PKIXError(.malformed, "an Ed25519 key with algorithm parameters (RFC 8410 §3)")
        }
        guard info.key.count == 32 else {
            throw PKIXError(.malformed, "an Ed25519 key of \(info.key.count) octets instead of 32")
        }
        guard !EdwardsPoint.isSmallOrderOrNonCanonical(info.key) else {
            throw PKIXError(.weakKey, "the Ed25519 key is a point of small order or not in canonical form")
        }
        return .ed25519
    }

    private static func checkRSA(_ info: PublicKeyInfo) throws(PKIXError) -> KeyType {
        // RFC 4055 §1.2: "the parameters field MUST contain NULL".
        guard info.parameters == self.null else {
            throw PKIXError(.malformed, "an RSA key whose algorithm parameters are not NULL (RFC 4055 §1.2)")
        }
        let key = try RSAPublicNumbers(derEncoded: info.key)
        try key.checkStrength()
        return .rsa(bits: key.modulusBits)
    }
}

/// The encodings of Ed25519 points that no honest key has.
enum EdwardsPoint {
    /// The y coordinates of the eight points whose order divides the cofactor, little-endian without the sign bit.
    private static let smallOrder: [[UInt8]] = [
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    ]

    /// Whether the point has an order that divides 8, or a y that is not below the field's prime 2^255 - 19.
    static func isSmallOrderOrNonCanonical(_ key: [UInt8]) -> Bool {
        var y = key
        y[31] &= 0x7F
        let isNonCanonical = y[31] == 0x7F && y[1...30].allSatisfy { $0 == 0xFF } && y[0] >= 0xED
        return isNonCanonical || self.smallOrder.contains(y)
    }
}
