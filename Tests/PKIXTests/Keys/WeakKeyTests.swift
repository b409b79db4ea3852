import Crypto
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

/// A key that must be refused, with the code it gets.
struct BadKey: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: PKIXError.Code
    let info: [UInt8]

    init(_ description: String, _ code: PKIXError.Code, _ info: [UInt8]) {
        self.testDescription = description
        self.code = code
        self.info = info
    }

    static func info(_ algorithm: ASN1ObjectIdentifier, _ parameters: [UInt8], _ key: [UInt8]) -> [UInt8] {
        DERBytes.sequence(
            DERBytes.sequence(DERBytes.identifier(algorithm), parameters),
            DERBytes.bitString(key)
        )
    }

    static func rsa(_ modulus: [UInt8], exponent: [UInt8] = [1, 0, 1], parameters: [UInt8] = [5, 0]) -> [UInt8] {
        let key = DERBytes.sequence(Self.integer(modulus), Self.integer(exponent))
        return Self.info([1, 2, 840, 113_549, 1, 1, 1], parameters, key)
    }

    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        DERBytes.node(0x02, (magnitude.first ?? 0) >= 0x80 ? [0] + magnitude : magnitude)
    }

    static func curve(_ curve: ASN1ObjectIdentifier, _ point: [UInt8]) -> [UInt8] {
        Self.info([1, 2, 840, 10_045, 2, 1], DERBytes.identifier(curve), point)
    }

    static let p256: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 3, 1, 7]
    static let p384: ASN1ObjectIdentifier = [1, 3, 132, 0, 34]
}

@Suite("Weak and unsupported keys")
struct WeakKeyTests {
    static let rsaKeys: [BadKey] = [
        BadKey("RSA of 1024 bits", .weakKey, BadKey.rsa(WeakModulus.short)),
        BadKey("RSA of 2047 bits", .weakKey, BadKey.rsa([0x7F] + WeakModulus.sound.dropFirst())),
        BadKey("RSA of two close primes", .weakKey, BadKey.rsa(WeakModulus.closePrimes)),
        BadKey("RSA of 2049 bits", .weakKey, BadKey.rsa([1] + WeakModulus.sound)),
        BadKey("RSA of 8200 bits", .weakKey, BadKey.rsa([UInt8](repeating: 0xFF, count: 1_025))),
        BadKey("RSA with exponent 0", .weakKey, BadKey.rsa(WeakModulus.sound, exponent: [0])),
        BadKey("RSA with exponent 1", .weakKey, BadKey.rsa(WeakModulus.sound, exponent: [1])),
        BadKey("RSA with exponent 3", .weakKey, BadKey.rsa(WeakModulus.sound, exponent: [3])),
        BadKey("RSA with exponent 65535", .weakKey, BadKey.rsa(WeakModulus.sound, exponent: [0xFF, 0xFF])),
        BadKey("RSA with exponent 65538, even", .weakKey, BadKey.rsa(WeakModulus.sound, exponent: [1, 0, 2])),
        BadKey(
            "RSA with an exponent of 257 bits",
            .weakKey,
            BadKey.rsa(WeakModulus.sound, exponent: [1] + [UInt8](repeating: 1, count: 32))
        ),
        BadKey("RSA with an even modulus", .weakKey, BadKey.rsa(WeakModulus.sound.dropLast() + [0x08])),
        BadKey("RSA with the factor 751", .weakKey, BadKey.rsa(WeakModulus.smallFactor)),
        BadKey("RSA of the ROCA kind", .weakKey, BadKey.rsa(WeakModulus.roca)),
        BadKey("RSA without parameters", .malformed, BadKey.rsa(WeakModulus.sound, parameters: [])),
        BadKey(
            "RSA with a negative modulus",
            .malformed,
            BadKey.info(
                [1, 2, 840, 113_549, 1, 1, 1],
                [5, 0],
                DERBytes.sequence(DERBytes.node(0x02, WeakModulus.sound), [2, 3, 1, 0, 1])
            )
        ),
        BadKey(
            "RSA that is no RSAPublicKey",
            .malformed,
            BadKey.info([1, 2, 840, 113_549, 1, 1, 1], [5, 0], [4, 1, 0])
        ),
    ]

    static let curveKeys: [BadKey] = {
        let p256 = FixtureKey.p256.publicKey.keyBytes
        var offCurve = p256
        offCurve[64] ^= 1
        var offCurve384 = FixtureKey.p384.publicKey.keyBytes
        offCurve384[96] ^= 1
        let compressed = [0x02 | p256[64] & 1] + p256[1...32]
        return [
            BadKey("P-256 point off the curve", .weakKey, BadKey.curve(BadKey.p256, offCurve)),
            BadKey("P-384 point off the curve", .weakKey, BadKey.curve(BadKey.p384, offCurve384)),
            BadKey("P-256 point (0, 0)", .weakKey, BadKey.curve(BadKey.p256, [4] + [UInt8](repeating: 0, count: 64))),
            BadKey(
                "P-256 point of P-384's length",
                .weakKey,
                BadKey.curve(BadKey.p256, FixtureKey.p384.publicKey.keyBytes)
            ),
            BadKey("P-256 point at infinity", .unsupportedKey, BadKey.curve(BadKey.p256, [0])),
            BadKey("P-256 point compressed", .unsupportedKey, BadKey.curve(BadKey.p256, Array(compressed))),
            BadKey("P-256 point hybrid", .unsupportedKey, BadKey.curve(BadKey.p256, [0x06] + p256.dropFirst())),
            BadKey("P-521", .unsupportedKey, DERBytes.encoding(of: Self.p521)),
            BadKey("secp256k1", .unsupportedKey, BadKey.curve([1, 3, 132, 0, 10], p256)),
            BadKey("EC without parameters", .unsupportedKey, BadKey.info([1, 2, 840, 10_045, 2, 1], [], p256)),
            BadKey("EC with NULL parameters", .unsupportedKey, BadKey.info([1, 2, 840, 10_045, 2, 1], [5, 0], p256)),
            BadKey("X25519", .unsupportedKey, BadKey.info([1, 3, 101, 110], [], [UInt8](repeating: 9, count: 32))),
            BadKey("Ed448", .unsupportedKey, BadKey.info([1, 3, 101, 113], [], [UInt8](repeating: 7, count: 57))),
            BadKey("DSA", .unsupportedKey, BadKey.info([1, 2, 840, 10_040, 4, 1], [], [2, 1, 5])),
            BadKey("ML-DSA-44", .unsupportedKey, BadKey.info([2, 16, 840, 1, 101, 3, 4, 3, 17], [], [1, 2, 3])),
        ]
    }()

    @Test("RSA keys with known weaknesses are refused", arguments: rsaKeys)
    func rsa(_ key: BadKey) {
        #expect(code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: key.info) } == key.code)
    }

    @Test("points off their curve and other algorithms are refused", arguments: curveKeys)
    func curves(_ key: BadKey) {
        #expect(code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: key.info) } == key.code)
    }

    @Test("the sound modulus that the weak ones vary is taken")
    func soundModulus() throws {
        #expect(try SubjectPublicKey(derEncoded: BadKey.rsa(WeakModulus.sound)).type == .rsa(bits: 2_048))
    }

    @Test("a BIT STRING with unused bits is no key")
    func unusedBits() {
        let info = DERBytes.sequence(
            DERBytes.sequence(DERBytes.identifier([1, 3, 101, 112])),
            DERBytes.node(0x03, [1] + [UInt8](repeating: 0x10, count: 32))
        )
        #expect(code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: info) } == .malformed)
    }

    private static let p521 = Certificate.PublicKey(P521.Signing.PrivateKey().publicKey)
}
