// did:key against the vectors of its specification, and what is no key.

import Crypto
import JOSE
import JSON
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Keys in multibase")
struct MultikeyTests {
    @Test(
        "the vectors of did:key",
        arguments: [
            (
                "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
                #"{"kty":"OKP","crv":"Ed25519","x":"O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"}"#
            ),
            (
                "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
                #"{"kty":"EC","crv":"P-256","x":"fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI","#
                    + #""y":"hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU"}"#
            ),
            (
                "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
                #"{"kty":"EC","crv":"P-256","x":"igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns","#
                    + #""y":"efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM"}"#
            ),
        ]
    )
    func vectors(_ multibase: String, _ jwk: String) throws {
        let value = try JSONReader.read(Array(jwk.utf8), within: JSONLimits(depth: 2, members: 8))
        #expect(try Multikey(multibase: multibase).publicKey == JSONWebKey(value).publicKey)
    }

    @Test("what a key is written as is read again")
    func roundTrips() throws {
        for _ in 0..<20 {
            for holder in [IdentityHolder.ed25519(), .p256()] {
                #expect(try Multikey(multibase: holder.multibase).publicKey == holder.publicKey)
            }
        }
        for octets: [UInt8] in [[], [0], [0, 0, 1], [255, 255], [0, 58, 0]] {
            #expect(Base58.decode(IdentityHolder.base58(octets)) == octets)
        }
    }

    @Test(
        "kinds of keys that are not admitted are named",
        arguments: [
            ([0xE7, 0x01], "secp256k1"), ([0xEC, 0x01], "X25519"), ([0x81, 0x24], "P-384"), ([0x82, 0x24], "P-521"),
            ([0x85, 0x24], "RSA"),
        ] as [([UInt8], String)]
    )
    func kinds(_ code: [UInt8], _ name: String) {
        let text = "z" + IdentityHolder.base58(code + [UInt8](repeating: 7, count: 33))
        let error = #expect(throws: RegistrationError.self) { try Multikey(multibase: text) }
        #expect(error?.code == .invalidDID && error?.reason.contains(name) == true)
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "z", "m6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            "6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW0", "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW",
            "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWpp", "z11116MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            " z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            "z\u{2160}", "z" + String(repeating: "z", count: 100_000),
        ]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: RegistrationError.self) { try Multikey(multibase: text) }
        #expect(error?.code == .invalidDID && (error?.reason.utf8.count ?? 0) < 300)
    }

    @Test("a point of small order, under which anybody can sign, is no key")
    func smallOrder() {
        for last: UInt8 in [0x00, 0x80] {
            let text = "z" + IdentityHolder.base58([0xED, 0x01, 0x01] + [UInt8](repeating: 0, count: 30) + [last])
            #expect(throws: RegistrationError(.invalidDID, "")) { try Multikey(multibase: text) }
        }
    }
}
