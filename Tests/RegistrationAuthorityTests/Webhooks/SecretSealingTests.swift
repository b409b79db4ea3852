// Secrets at rest.

import Crypto
import Foundation
import Testing

@testable import RegistrationAuthority

@Suite("Sealed secrets")
struct SecretSealingTests {
    private let key = SymmetricKey(size: .bits256)

    private func sealed(_ secret: WebhookSecret, by key: SealingKey, for place: String = "webhook:1") throws -> [UInt8]
    {
        var generator = SystemRandomNumberGenerator()
        return try key.seal(secret, for: place, using: &generator)
    }

    @Test("A secret comes back for its place, and never looks the same twice")
    func roundTrip() throws {
        let sealing = try SealingKey(self.key)
        let secret = try WebhookSecret("whsec_" + String(repeating: "s", count: 43))
        let (one, two) = (try self.sealed(secret, by: sealing), try self.sealed(secret, by: sealing))
        #expect(one != two && one.count == 1 + 12 + 49 + 16)
        #expect(try sealing.open(one, for: "webhook:1").reveal() == secret.reveal())
        #expect(try SealingKey(self.key).open(two, for: "webhook:1").reveal() == secret.reveal())
    }

    @Test("It is AES-256-GCM over nonce and place, as any other implementation has it")
    func construction() throws {
        let secret = try WebhookSecret("whsec_0123456789abcdef")
        let octets = try self.sealed(secret, by: try SealingKey(self.key))
        let box = try AES.GCM.SealedBox(
            nonce: try AES.GCM.Nonce(data: octets[1..<13]),
            ciphertext: octets[13..<octets.count - 16],
            tag: octets.suffix(16)
        )
        let plain = try AES.GCM.open(box, using: self.key, authenticating: Array("webhook:1".utf8))
        #expect(octets[0] == 1 && String(decoding: plain, as: UTF8.self) == secret.reveal())
    }

    @Test("Under another key, in another place, cut or changed anywhere, it cannot be opened")
    func tampering() throws {
        let sealing = try SealingKey(self.key)
        let octets = try self.sealed(try WebhookSecret("whsec_0123456789abcdef"), by: sealing)
        let unreadable = RegistrationError(.secretUnreadable, "")
        #expect(throws: unreadable) { try sealing.open(octets, for: "webhook:2") }
        #expect(throws: unreadable) { try SealingKey(SymmetricKey(size: .bits256)).open(octets, for: "webhook:1") }
        for length in [0, 1, 12, 13, 28, octets.count - 1] {
            #expect(throws: unreadable) { try sealing.open(Array(octets.prefix(length)), for: "webhook:1") }
        }
        for index in octets.indices {
            var changed = octets
            changed[index] ^= 1
            #expect(throws: unreadable) { try sealing.open(changed, for: "webhook:1") }
        }
        #expect(throws: RegistrationError(.invalidSealingKey, "")) { try SealingKey(SymmetricKey(size: .bits128)) }
    }
}
