import Crypto
import Foundation
import PKIX
import Testing
import X509

@testable import ACME
@testable import ACMESupport

@Suite("Certificate chains as CAs send them (RFC 8555 §9.1)")
struct ChainTests {
    private func chain() throws -> [Certificate] {
        let authority = try TestCA()
        let key = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
        return [try authority.issue(key, [.dnsName("a.agents.test")])] + authority.chains[0]
    }

    @Test("come back as they were read")
    func reading() throws {
        let pem = try self.chain().map { try $0.pem }.joined()
        let chain = try IssuedChain(pem: Array(pem.utf8))
        #expect(chain.certificates.count == 3 && chain.issuers.count == 2 && chain.pem == pem)
        #expect(chain.signedTimestamps == 0)
        #expect(try IssuedChain(pem: Array(chain.pem.utf8)) == chain)
    }

    @Test(
        "are refused when they hold anything else, nothing, or too much",
        arguments: ["", "hello", "key", "half", "long", "binary"]
    )
    func refusal(kind: String) throws {
        let certificates = try self.chain().map { try $0.pem }
        let bytes: [UInt8] =
            switch kind {
            case "key": Array((certificates[0] + P256.Signing.PrivateKey().pemRepresentation).utf8)
            case "half": Array(certificates[0].utf8.prefix(200))
            case "long": Array(repeatElement(certificates[1], count: Budget.chainLength + 1).joined().utf8)
            case "binary": [0x30, 0x82, 0xFF, 0xFE]
            default: Array(kind.utf8)
            }
        #expect(throws: ACMEError(.malformedAnswer, "")) { try IssuedChain(pem: bytes) }
    }

    @Test("a root at the end of a chain is admitted, and a gap in it is not")
    func links() throws {
        let key = P256.Signing.PrivateKey()
        let csr = try makeRequest(["a.agents.test"], key: key)
        let authority = try TestCA()
        let leaf = try authority.issue(Certificate.PublicKey(key.publicKey), [.dnsName("a.agents.test")])
        let whole = try ([leaf] + authority.chains[0]).map { try $0.pem }
        try IssuedChain(pem: Array(whole.joined().utf8)).check(for: csr, at: testInstant)
        let gap = try IssuedChain(pem: Array((whole[0] + whole[2]).utf8))
        #expect(throws: ACMEError(.certificateRejected, "")) { try gap.check(for: csr, at: testInstant) }
        // Within the difference that clocks may have, before and after.
        let chain = try IssuedChain(pem: Array(whole.joined().utf8))
        let (from, to) = chain.validity
        try chain.check(for: csr, at: from + -Budget.clockSkew)
        #expect(throws: ACMEError(.certificateRejected, "")) {
            try chain.check(for: csr, at: from + (-Budget.clockSkew - 1))
        }
        #expect(throws: ACMEError(.certificateRejected, "")) { try chain.check(for: csr, at: to) }
    }
}

@Suite("What is stored")
struct StoredFormTests {
    @Test("an order that was stored by the first version is read")
    func order() throws {
        let text = """
            {"authority":"https://ca.example/directory","id":"o-1","isReplacementRefused":false,"mayHaveBeenSent":false,
            "orderURL":"https://ca.example/order/1","step":"validating",
            "proofs":[{"authorizationURL":"https://ca.example/authz/1","challengeURL":"https://ca.example/chall/1",
            "mayBePresented":true,"challenge":{"accountURL":"https://ca.example/acct/1",
            "identifier":{"type":"dns","value":"a.test"},"isWildcard":true,"keyAuthorization":"t.p","token":"t",
            "type":"dns-01"}}],
            "terms":{"challengeTypes":["dns-01","http-01"],"csr":"MAA","identifiers":[{"type":"dns","value":"*.a.test"}],
            "profile":"classic","replaces":"a.b","notAfter":1767323045,"rootName":"Root"}}
            """
        let state = try JSONDecoder().decode(OrderState.self, from: Data(text.utf8))
        #expect(state.step == .validating && state.needsCleanUp && !state.isFinished)
        #expect(state.proofs[0].challenge.recordName == "_acme-challenge.a.test")
        #expect(state.terms.preferredRoot == .commonName("Root") && state.terms.replaces == "a.b")
        #expect(state.terms.validity.to == testInstant && state.terms.challengeTypes == [.dns01, .http01])
        #expect(try state.chain == nil)
        #expect(throws: ACMEError(.invalidRequest, "")) { try state.terms.request }
    }

    @Test("scopes of limits are the same after they were written and read")
    func scopes() throws {
        let scopes: [ClosedDoor.Scope] = [.account, .name("a.test"), .identifiers([.dns("a.test"), .dns("*.a.test")])]
        let data = try JSONEncoder().encode(scopes)
        #expect(try JSONDecoder().decode([ClosedDoor.Scope].self, from: data) == scopes)
    }
}
