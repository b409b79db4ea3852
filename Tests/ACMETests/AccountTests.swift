import Crypto
import CryptoExtras
import Foundation
import JOSE
import JSON
import LoopbackSupport
import Synchronization
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Accounts (RFC 8555 §7.3)")
struct AccountTests {
    @Test("are made once, found again, changed and given up")
    func life() async throws {
        try await ACMEDouble.with { double in
            try await withExchange { exchange in
                let bench = try double.bench(exchange)
                let client = bench.client
                let absent = await failure { _ = try await client.findAccount() }
                #expect(absent?.code == .noSuchAccount)
                let terms = await failure { _ = try await client.createAccount(agreesToTerms: false) }
                #expect(terms?.code == .actionRequired)
                #expect(terms?.reason.contains("https://ca.example/terms") == true)
                let made = try await client.createAccount(contacts: ["mailto:a@agents.test"], agreesToTerms: true)
                #expect(made.isNew && made.status == .valid && made.contacts == ["mailto:a@agents.test"])
                let again = try await client.createAccount(agreesToTerms: true)
                #expect(!again.isNew && again.url == made.url)
                // Another client of the same key finds it without being told.
                let other = try double.bench(exchange, signer: bench.signer).client
                #expect(try await other.accountURL() == made.url)
                #expect(try await other.updateContacts([]).contacts.isEmpty)
                #expect(try await client.deactivateAccount().status == .deactivated)
                let given = await failure { _ = try await client.account() }
                #expect(given?.isPermanent == true)
                #expect(double.state.withLock { $0.accounts.count } == 1)
                #expect(double.state.withLock { $0.userAgents } == ["signet-acme/1 (async-http-client)"])
            }
        }
    }

    @Test("take keys of each kind", arguments: ["P-256", "P-384", "Ed25519", "RSA"])
    func keys(kind: String) async throws {
        let signer =
            switch kind {
            case "P-256": try SoftwareAccountSigner(P256.Signing.PrivateKey())
            case "P-384": try SoftwareAccountSigner(pem: P384.Signing.PrivateKey().pemRepresentation)
            case "Ed25519": try SoftwareAccountSigner(Curve25519.Signing.PrivateKey())
            default: try SoftwareAccountSigner(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
            }
        try await ACMEDouble.with { double in
            try await withExchange { exchange in
                let client = try double.bench(exchange, signer: signer).client
                #expect(try await client.createAccount(agreesToTerms: true).isNew)
                #expect(try await client.account().status == .valid)
            }
        }
        #expect(!"\(signer)".contains("PRIVATE") && Mirror(reflecting: signer).children.isEmpty)
    }

    @Test("exchange their key, and not for one of another account")
    func keyChange() async throws {
        try await ACMEDouble.withAccount { double, bench in
            let new = try SoftwareAccountSigner(P384.Signing.PrivateKey())
            try await bench.client.changeKey(to: new)
            #expect(bench.client.thumbprint == new.webKey.thumbprint)
            #expect(try await bench.client.account().status == .valid)
            #expect(double.state.withLock { $0.accounts.map(\.key) } == [new.webKey])
            try await withExchange { exchange in
                let other = try double.bench(exchange).client
                _ = try await other.createAccount(agreesToTerms: true)
                let error = await failure { try await other.changeKey(to: new) }
                #expect(error?.code == .refused && error?.problem?.kind == "conflict")
                #expect(try await other.account().status == .valid)
            }
        }
    }

    @Test("are bound to an external account where the CA wants it")
    func binding() async throws {
        let key = try ExternalAccountKey(keyID: "kid-1", hmacKey: Base64URL.encode(Array(repeating: 7, count: 32)))
        try await ACMEDouble.with(
            { $0.binding = key },
            { double in
                try await withExchange { exchange in
                    let client = try double.bench(exchange).client
                    let none = await failure { _ = try await client.createAccount(agreesToTerms: true) }
                    #expect(none?.code == .actionRequired && none?.reason.contains("key ID") == true)
                    #expect(double.count(.newAccount) == 0)
                    let wrong = try ExternalAccountKey(keyID: "kid-2", hmacKey: "AAAA")
                    let refused = await failure {
                        _ = try await client.createAccount(agreesToTerms: true, externalKey: wrong)
                    }
                    #expect(refused?.code == .actionRequired)
                    #expect(try await client.createAccount(agreesToTerms: true, externalKey: key).isNew)
                }
            }
        )
    }
}
