import PKIX
import TestSupport
import Testing

@Suite("Serial numbers")
struct SerialNumberTests {
    @Test("numbers of one seed are equal, of another they differ")
    func followFromTheGenerator() {
        var first = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        var other = SeededGenerator(seed: 2)
        let number = SerialNumber(using: &first)
        #expect(number == SerialNumber(using: &same))
        #expect(number != SerialNumber(using: &other))
        #expect(number != SerialNumber(using: &first))
    }

    @Test("ten thousand numbers have 32 digits, read back, and differ")
    func manyNumbers() throws {
        var generator = SeededGenerator(seed: 3)
        var seen: Set<SerialNumber> = []
        for _ in 0..<10_000 {
            let number = SerialNumber(using: &generator)
            #expect(number.description.count == 32)
            #expect(try SerialNumber(hexadecimal: number.description) == number)
            seen.insert(number)
        }
        #expect(seen.count == 10_000)
    }

    @Test(
        "hexadecimal is read in either case, leading zeros fall away",
        arguments: [("1", "01"), ("0a", "0a"), ("00FF", "ff"), ("DEADBEEF", "deadbeef"), ("000000000001", "01")]
    )
    func hexadecimal(_ text: String, canonical: String) throws {
        #expect(try SerialNumber(hexadecimal: text).description == canonical)
    }

    @Test(
        "other texts are refused",
        arguments: ["", "0", "00", "-1", "0x1", "g", "1 ", "01:02", "é", String(repeating: "1", count: 41)]
    )
    func bad(_ text: String) {
        #expect(code { () throws(PKIXError) in _ = try SerialNumber(hexadecimal: text) } == .malformed)
    }

    @Test("twenty octets are taken, twenty-one are not")
    func bounds() throws {
        #expect(try SerialNumber(bytes: [UInt8](repeating: 0x7F, count: 20)).bytes.count == 20)
        #expect(try SerialNumber(bytes: [0, 0] + [UInt8](repeating: 0x7F, count: 20)).bytes.count == 20)
        let long = [UInt8](repeating: 0x7F, count: 21)
        #expect(code { () throws(PKIXError) in _ = try SerialNumber(bytes: long) } == .malformed)
        #expect(code { () throws(PKIXError) in _ = try SerialNumber(bytes: [UInt8]()) } == .malformed)
    }

    @Test("a number with its highest bit set is positive in DER")
    func positiveInDER() throws {
        var certificate = try TBSFixture.toBeSigned(.tls)
        certificate.serialNumber = try SerialNumber(hexadecimal: "ff000000000000000000000000000001")
        let bytes = try certificate.derEncoded()
        let linted = try LintedCertificate(tbsCertificate: bytes, context: TBSFixture.context(.tls))
        #expect(linted.serialNumber.hexadecimal == "00ff000000000000000000000000000001")
    }
}
