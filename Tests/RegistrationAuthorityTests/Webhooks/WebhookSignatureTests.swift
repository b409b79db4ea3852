// Signatures of deliveries: vectors, tampering, time, rotation.

import Foundation
import RegistrationAuthority
import Testing

private let zeros = String(repeating: "0", count: 64)

@Suite("Signatures of webhooks")
struct WebhookSignatureTests {
    let body = Array(#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#.utf8)
    let instant = Date(timeIntervalSince1970: 1_767_225_600)

    @Test("The construction is the one whose vector another implementation has published")
    func vector() throws {
        let secret = try WebhookSecret("whsec_test_secret")
        let signature = WebhookSignature(signing: body, at: instant, with: [secret])
        let expected = "t=1767225600,v1=1a91b0e0856e54236c5abf6b29dae56fda718fb92b060c3bed71d845556eca90"
        #expect(signature.headerValue == expected)
        try WebhookSignature(headerValue: expected).verify(body: body, at: instant, with: [secret])
    }

    @Test("A changed body, time, secret or signature does not verify")
    func tampering() throws {
        let secret = try WebhookSecret("whsec_test_secret")
        let good = WebhookSignature(signing: body, at: instant, with: [secret])
        var changed = body
        changed[3] ^= 1
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
            try good.verify(body: changed, at: instant, with: [secret])
        }
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
            try good.verify(body: body, at: instant, with: [WebhookSecret("whsec_test_secreT")])
        }
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
            try good.verify(body: body, at: instant, with: [])
        }
        let later = good.headerValue.replacing("t=1767225600", with: "t=1767225601")
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
            try WebhookSignature(headerValue: later).verify(body: body, at: instant, with: [secret])
        }
        let flipped = good.headerValue.replacing("eca90", with: "eca91")
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
            try WebhookSignature(headerValue: flipped).verify(body: body, at: instant, with: [secret])
        }
    }

    @Test(
        "A signature counts for five minutes either way",
        arguments: [(-301, false), (-300, true), (0, true), (300, true), (301, false), (1_000_000_000, false)]
    )
    func age(seconds: Int, isValid: Bool) throws {
        let secret = try WebhookSecret("whsec_test_secret")
        let signature = WebhookSignature(signing: body, at: instant, with: [secret])
        let then = instant.addingTimeInterval(Double(seconds))
        if isValid {
            try signature.verify(body: body, at: then, with: [secret])
        } else {
            #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
                try signature.verify(body: body, at: then, with: [secret])
            }
        }
    }

    @Test("While the secret is changed, receivers with either verify")
    func rotation() throws {
        let old = try WebhookSecret("whsec_old_old_old_old")
        let new = try WebhookSecret("whsec_new_new_new_new")
        let signature = try WebhookSignature(
            headerValue: WebhookSignature(signing: body, at: instant, with: [new, old]).headerValue
        )
        #expect(signature.signatures.count == 2)
        try signature.verify(body: body, at: instant, with: [old])
        try signature.verify(body: body, at: instant, with: [new])
        let onlyOld = WebhookSignature(signing: body, at: instant, with: [old])
        try onlyOld.verify(body: body, at: instant, with: [new, old])
    }

    @Test("Items of other names are skipped")
    func skipsUnknownItems() throws {
        let secret = try WebhookSecret("whsec_test_secret")
        let value = "v0=x," + WebhookSignature(signing: body, at: instant, with: [secret]).headerValue + ",v2=y"
        try WebhookSignature(headerValue: value).verify(body: body, at: instant, with: [secret])
    }

    @Test(
        "A malformed header is refused",
        arguments: [
            "", ",", "t=1", "v1=\(zeros)", "t=1,t=1,v1=\(zeros)", "t=x,v1=\(zeros)", "t=01,v1=\(zeros)",
            "t=+1,v1=\(zeros)",
            "t=1,v1=00", "t=1,v1=\(zeros)0", "t=1,v1=\(zeros.dropLast())g", "t=1,v1=\(zeros.dropLast())A", "t=1,v1",
            "t=99999999999999999999,v1=\(zeros)", "t=1" + String(repeating: ",v1=\(zeros)", count: 5),
            "t=1,v1=\(zeros)" + String(repeating: ",x=y", count: 300), "t=1, v1=\(zeros.dropLast(2))",
        ]
    )
    func malformed(value: String) {
        #expect(throws: RegistrationError(.invalidWebhookSignature, "")) { try WebhookSignature(headerValue: value) }
    }

    @Test("Times far away are no trap")
    func farTimes() throws {
        let secret = try WebhookSecret("whsec_test_secret")
        for seconds in [Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude] {
            let signature = WebhookSignature(
                signing: body,
                at: Date(timeIntervalSince1970: seconds),
                with: [secret]
            )
            #expect(throws: RegistrationError(.invalidWebhookSignature, "")) {
                try signature.verify(body: body, at: instant, with: [secret])
            }
        }
    }

    @Test("A secret is never printed, and is as long as it must be")
    func secrets() throws {
        var generator = SeededGenerator(seed: 1)
        let secret = WebhookSecret(generator: &generator)
        #expect(secret.reveal().hasPrefix("whsec_"))
        #expect(secret.reveal().utf8.count == 49)
        #expect(WebhookSecret(generator: &generator).reveal() != secret.reveal())
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains(secret.reveal().dropFirst(6)))
        }
        for count in [0, 15, 257] {
            #expect(throws: RegistrationError(.invalidWebhookSecret, "")) {
                try WebhookSecret(String(repeating: "x", count: count))
            }
        }
    }
}
