import PKIX
import SwiftASN1
import TestSupport
import Testing

@Suite("Ed25519 points")
struct Ed25519PointTests {
    /// The y coordinates of the eight points of small order, little-endian (RFC 7748 §6.1 says why they are bad).
    static let smallOrder: [String] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    private func code(of point: [UInt8], parameters: [UInt8] = []) -> PKIXError.Code? {
        let info = BadKey.info([1, 3, 101, 112], parameters, point)
        return PKIXTests.code { () throws(PKIXError) in _ = try SubjectPublicKey(derEncoded: info) }
    }

    @Test("points of small order are refused, with either sign", arguments: smallOrder)
    func smallOrderPoints(_ hexadecimal: String) throws {
        var point = try #require([UInt8](hexadecimal: hexadecimal))
        #expect(self.code(of: point) == .weakKey)
        point[31] |= 0x80
        #expect(self.code(of: point) == .weakKey)
    }

    @Test("y at or above the field's prime is refused, with either sign", arguments: UInt8(0xED)...0xFF)
    func nonCanonicalPoints(_ first: UInt8) {
        for last: UInt8 in [0x7F, 0xFF] {
            #expect(self.code(of: [first] + [UInt8](repeating: 0xFF, count: 30) + [last]) == .weakKey)
        }
    }

    @Test("y just below the prime with an ordinary point is not taken for non-canonical")
    func highestOrdinaryPoint() {
        #expect(self.code(of: [0xEB] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]) == nil)
    }

    @Test("parameters are refused, NULL too (RFC 8410 §3)")
    func parameters() {
        let point = FixtureKey.ed25519.publicKey.keyBytes
        #expect(self.code(of: point) == nil)
        #expect(self.code(of: point, parameters: [0x05, 0x00]) == .malformed)
    }

    @Test("other lengths than 32 octets are refused", arguments: [0, 1, 31, 33, 64])
    func lengths(_ count: Int) {
        #expect(self.code(of: [UInt8](repeating: 0x55, count: count)) == .malformed)
    }
}
