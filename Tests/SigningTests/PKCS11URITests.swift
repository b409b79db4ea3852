// RFC 7512, as a table.

import Signing
import Testing

@Suite("PKCS#11 URIs")
struct PKCS11URITests {
    @Test("every attribute is read")
    func allAttributes() throws {
        let uri = try PKCS11URI(
            "pkcs11:token=The%20Software%20PKCS%2311;manufacturer=Snake%20Oil,%20Inc.;model=1.0;serial=A1;slot-id=327;"
                + "object=my-key;type=private;id=%69%95%3E%00?module-path=/usr/lib/p11.so&module-name=p11"
                + "&pin-source=file:/etc/token_pin"
        )
        #expect(uri.token == "The Software PKCS#11")
        #expect(uri.manufacturer == "Snake Oil, Inc.")
        #expect(uri.model == "1.0")
        #expect(uri.serial == "A1")
        #expect(uri.slotID == SlotID(rawValue: 327))
        #expect(uri.object == "my-key")
        #expect(uri.type == .private)
        #expect(uri.id == [0x69, 0x95, 0x3E, 0x00])
        #expect(uri.modulePath == "/usr/lib/p11.so")
        #expect(uri.moduleName == "p11")
        #expect(uri.pinSource == "file:/etc/token_pin")
    }

    static let wellFormed = [
        "pkcs11:", "PKCS11:token=a", "pkcs11:?pin-source=env:PIN", "pkcs11:object=a%3Bb%26c%3F;id=abc",
        "pkcs11:token=%C3%A9%2F?module-path=/a%26b?c|d", "pkcs11:token=", "pkcs11:token=a=b&c",
        "pkcs11:object=my-sign-key;type=private?x-vendor=1&other=%00",
    ]

    @Test("the description reads back to an equal URI", arguments: wellFormed)
    func roundTrip(text: String) throws {
        let uri = try PKCS11URI(text)
        #expect(try PKCS11URI(uri.description) == uri)
        #expect(try PKCS11URI(uri.description).description == uri.description)
    }

    static let malformed = [
        "", "token=a", "http:token=a", "pkcs11", "pkcs11:token", "pkcs11:=a", "pkcs11:;", "pkcs11:token=a;",
        "pkcs11:token=a;token=b", "pkcs11:?pin-source=file:/a&pin-source=file:/b", "pkcs11:token=%", "pkcs11:token=%4",
        "pkcs11:token=%GG", "pkcs11:token=a b", "pkcs11:token=\u{E9}", "pkcs11:token=%FF", "pkcs11:token=a%00b",
        "pkcs11:token=a/b", "pkcs11:token=a#b", "pkcs11:slot-id=", "pkcs11:slot-id=-1", "pkcs11:slot-id=+1",
        "pkcs11:slot-id=0x1", "pkcs11:slot-id=99999999999999999999999", "pkcs11:type=key", "pkcs11:id=",
        "pkcs11:x-unknown=1", "pkcs11:library-version=3", "pkcs11:slot-description=a", "pkcs11:to ken=a",
        "pkcs11:token=\"a\"", "pkcs11:object=a?pin-value=1234", "pkcs11:object=a?PIN-VALUE=1234", "pkcs11:?module-path",
        "pkcs11:id=" + String(repeating: "a", count: 65), "pkcs11:token=" + String(repeating: "a", count: 4_096),
    ]

    @Test("a malformed URI is refused", arguments: malformed)
    func refused(text: String) {
        #expect(throws: SigningError(.invalidURI, "")) { try PKCS11URI(text) }
    }

    @Test("a PIN in the URI is refused without being repeated")
    func pinValue() {
        let error = #expect(throws: SigningError.self) { try PKCS11URI("pkcs11:token=a?pin-value=sesame") }
        #expect(error?.reason.contains("pin-source") == true)
        #expect(error?.reason.contains("sesame") == false)
    }

    @Test("a token answers when each attribute that the URI gives is its own")
    func matching() throws {
        let slot = SlotID(rawValue: 5)
        let info = TokenInfo(label: "a", manufacturer: "b", model: "c", serial: "d", flags: 0)
        let answered = [
            "pkcs11:", "pkcs11:token=a", "pkcs11:token=a;manufacturer=b;model=c;serial=d;slot-id=5;object=x",
        ]
        for text in answered { #expect(try PKCS11URI(text).matches(slot: slot, token: info)) }
        for other in ["token=A", "manufacturer=a", "model=a", "serial=a", "slot-id=6", "token=a;serial=e"] {
            #expect(try !PKCS11URI("pkcs11:" + other).matches(slot: slot, token: info))
        }
    }
}
