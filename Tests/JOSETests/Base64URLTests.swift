import JOSE
import Testing

@Suite("base64url")
struct Base64URLTests {
    @Test(
        "has one text for each value",
        arguments: [
            ("", []), ("Zg", [0x66]), ("Zm8", [0x66, 0x6f]), ("Zm9v", [0x66, 0x6f, 0x6f]), ("-_8", [0xfb, 0xff]),
        ]
            as [(String, [UInt8])]
    )
    func roundTrips(_ text: String, _ bytes: [UInt8]) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test(
        "refuses padding, stray bits, the other alphabet and white space",
        arguments: ["Zg==", "Zh", "Zm9", "+/8", "Z", "Zm 9v", "Zm9v\n", "Zm9v=", "Zm9vé", "=", "Zg=", "AAAAA"]
    )
    func refuses(_ text: String) { #expect(Base64URL.decode(text) == nil) }
}
