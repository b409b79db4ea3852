// Blocks of addresses: their text, and what lies within them.

import PKIX
import RegistrationAuthority
import Testing

@Suite("Blocks of addresses")
struct AddressBlockTests {
    @Test(
        "A block is read from its text",
        arguments: [
            ("0.0.0.0/0", 0, "0.0.0.0/0"), ("10.0.0.0/8", 8, "10.0.0.0/8"), ("192.0.2.7", 32, "192.0.2.7/32"),
            ("192.0.2.128/25", 25, "192.0.2.128/25"), ("::/0", 0, "0:0:0:0:0:0:0:0/0"),
            ("2001:db8::/32", 32, "2001:db8:0:0:0:0:0:0/32"), ("::1", 128, "0:0:0:0:0:0:0:1/128"),
        ]
    )
    func reads(text: String, length: Int, description: String) throws {
        let block = try AddressBlock(text)
        #expect(block.prefixLength == length)
        #expect(block.description == description)
        #expect(block.isSingleAddress == (length == block.octets.count * 8))
    }

    @Test(
        "What is no block is refused",
        arguments: [
            "", "/", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
            "10.0.0.1/8", "010.0.0.0/8", "10.0.0.0.0/8", "2001:db8::1/32", "2001:db8::/129", "::g/8", "[::]/0",
            "10.0.0.0 /8", "fe80::1%eth0", "example.com", "0x0a000000/8", "10.0.0.0/8\n", "10.0.0.0\0",
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.invalidAddressBlock, "")) { try AddressBlock(text) }
    }

    @Test("The message for bits beyond the prefix says which block is meant")
    func saysWhatIsMeant() {
        let error = #expect(throws: RegistrationError.self) { try AddressBlock("10.1.2.3/8") }
        #expect(error?.reason.contains("10.0.0.0/8") == true)
    }

    @Test("A block holds the addresses whose leading bits are its own", arguments: 0...32)
    func containsByBits(length: Int) throws {
        var generator = SeededGenerator(seed: UInt64(length))
        for _ in 0..<200 {
            let base = UInt32.random(in: .min ... .max, using: &generator)
            let mask: UInt32 = length == 0 ? 0 : .max << UInt32(32 - length)
            let block = try AddressBlock("\(IPAddress.text(of: octets(base & mask)))/\(length)")
            // Close to the block, so that both answers occur.
            let other = base ^ (1 << UInt32.random(in: 0..<32, using: &generator))
            #expect(block.contains(octets(other)) == (other & mask == base & mask))
            #expect(block.contains(octets(base)))
        }
    }

    @Test("The two families never mix")
    func familiesAreApart() throws {
        let everything4 = try AddressBlock("0.0.0.0/0")
        let everything6 = try AddressBlock("::/0")
        #expect(everything4.contains([1, 2, 3, 4]))
        #expect(!everything6.contains([1, 2, 3, 4]))
        #expect(!everything4.contains([UInt8](repeating: 0, count: 16)))
        #expect(!everything4.contains([]))
        #expect(!everything4.contains([1, 2, 3]))
    }

    private func octets(_ number: UInt32) -> [UInt8] {
        [UInt8(number >> 24), UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
    }
}
