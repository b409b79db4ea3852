import PKIX
import Testing

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test("every octet is written and read back")
    func everyOctet() {
        let bytes = Array(UInt8.min ... .max)
        #expect([UInt8](hexadecimal: bytes.hexadecimal) == bytes)
        #expect([UInt8](hexadecimal: bytes.hexadecimal.uppercased()) == bytes)
        #expect(([] as [UInt8]).hexadecimal == "")
        #expect(([0x00, 0x0F, 0xF0, 0xA5] as [UInt8]).hexadecimal == "000ff0a5")
    }

    @Test("an odd digit is a low half")
    func oddDigits() {
        #expect([UInt8](hexadecimal: "f") == [0x0F])
        #expect([UInt8](hexadecimal: "123") == [0x01, 0x23])
    }

    @Test(
        "other characters are refused",
        arguments: ["", "g", "0x00", "0 0", "00\n", "é0", "٠٠", "-1", "/:", "@G", "`g"]
    )
    func bad(_ text: String) {
        #expect([UInt8](hexadecimal: text) == nil)
    }
}
