// r and s, side by side and in DER.

import Crypto
import Signing
import Testing

@Suite("ECDSA signatures")
struct ECDSASignatureTests {
    static let pairs: [(r: [UInt8], s: [UInt8], der: [UInt8])] = [
        ([1], [2], [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x02]),
        ([0x7F], [0x80], [0x30, 0x07, 0x02, 0x01, 0x7F, 0x02, 0x02, 0x00, 0x80]),
        ([0x01, 0x00], [0xFF, 0x00], [0x30, 0x09, 0x02, 0x02, 0x01, 0x00, 0x02, 0x03, 0x00, 0xFF, 0x00]),
    ]

    private func padded(_ bytes: [UInt8]) -> [UInt8] { Array(repeating: 0, count: 32 - bytes.count) + bytes }

    @Test("integers are as short as DER demands, and come back to full length", arguments: pairs)
    func minimal(r: [UInt8], s: [UInt8], der: [UInt8]) throws {
        let raw = self.padded(r) + self.padded(s)
        let signature = try ECDSASignature(rawRepresentation: raw, coordinateBytes: 32)
        #expect(signature.derRepresentation == der)
        #expect(try ECDSASignature(derRepresentation: der, coordinateBytes: 32).rawRepresentation == raw)
    }

    @Test("agrees with swift-crypto on many signatures")
    func agrees() throws {
        let p256 = P256.Signing.PrivateKey()
        let p384 = P384.Signing.PrivateKey()
        for round in 0..<200 {
            let message = [UInt8(round)]
            let short = try p256.signature(for: message)
            let ours = try ECDSASignature(rawRepresentation: Array(short.rawRepresentation), coordinateBytes: 32)
            #expect(ours.derRepresentation == Array(short.derRepresentation))
            let long = try p384.signature(for: message)
            let back = try ECDSASignature(derRepresentation: Array(long.derRepresentation), coordinateBytes: 48)
            #expect(back.rawRepresentation == Array(long.rawRepresentation))
        }
    }

    static let malformed: [[UInt8]] = [
        [], [0x30, 0x00], [0x30, 0x03, 0x02, 0x01, 0x01],
        [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x02],
        [0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x02],
        [0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x02],
        [0x30, 0x09, 0x02, 0x01, 0x01, 0x02, 0x01, 0x02, 0x02, 0x01, 0x03],
        [0x30, 0x26, 0x02, 0x21] + Array(repeating: 0x01, count: 33) + [0x02, 0x01, 0x01],
    ]

    @Test("DER that is no signature of the curve is refused", arguments: malformed)
    func refused(der: [UInt8]) {
        #expect(throws: SigningError(.malformedAnswer, "")) {
            try ECDSASignature(derRepresentation: der, coordinateBytes: 32)
        }
    }

    @Test("a raw signature of the wrong length, or with a zero half, is refused", arguments: [0, 63, 64, 65, 96])
    func refusedRaw(count: Int) {
        #expect(throws: SigningError(.malformedAnswer, "")) {
            try ECDSASignature(rawRepresentation: Array(repeating: 0, count: count), coordinateBytes: 32)
        }
    }
}
