import AuditLog
import Crypto
import Foundation
import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("Proof of key compromise")
struct KeyCompromiseTests {
    private let stranger = Requester(actor: "anonymous", address: "192.0.2.66", requestID: "request-3")

    private func proof(_ key: PrivateKey, _ challenge: [UInt8], scheme: SignatureScheme) throws -> KeyCompromiseProof {
        try KeyCompromiseProof(
            publicKey: key.publicKey,
            signature: try key.signature(for: challenge, scheme: scheme)
        )
    }

    @Test(
        "whoever signs the challenge with the key has its certificates revoked and the key blocked",
        arguments: [
            (.ed25519, .ed25519), (.p256, .ecdsaSHA256), (.p384, .ecdsaSHA384), (.rsa(bits: 2_048), .rsaPKCS1SHA256),
            (.rsa(bits: 2_048), .rsaPSSSHA256),
        ] as [(KeyType, SignatureScheme)]
    )
    func proven(_ type: KeyType, _ scheme: SignatureScheme) async throws {
        let bench = try await Bench()
        let key = PrivateKey.make(type)
        let issued = try await bench.authority.issue(bench.application(key: key.publicKey))
        let challenge = bench.authority.keyCompromiseChallenge(of: key.publicKey.sha256)
        let outcome = try await bench.authority.revoke(
            try self.proof(key, challenge, scheme: scheme),
            invalidityDate: bench.clock.time + -60,
            requester: self.stranger
        )
        #expect(outcome == BulkRevocationOutcome(revoked: 1, isComplete: true, isKeyBlocked: true))
        let stored = try await bench.authority.certificate(issued.stored.serialNumber).stored
        #expect(stored.revocation?.reason == .keyCompromise)
        #expect(stored.revocation?.invalidityDate == bench.clock.time + -60)
        await #expect(throws: AuthorityError(.keyBlocked, "")) {
            try await bench.authority.issue(bench.application(key: key.publicKey))
        }
        let event = try #require(await bench.store.inner.auditEntries.last).event
        #expect(event.actor == "anonymous" && event.address == "192.0.2.66")
        try await checkStore(bench.store, answered: [issued])
    }

    @Test("the challenge is three lines that name the protocol, this authority and the key")
    func challenge() async throws {
        let bench = try await Bench()
        let root = Array(SHA256.hash(data: bench.authority.root)).hexadecimal
        let key = SubjectPublicKey.fresh(.ed25519)
        let text = "signet key compromise v1\n\(root)\n\(key.sha256.hexadecimal)\n"
        #expect(bench.authority.keyCompromiseChallenge(of: key.sha256) == Array(text.utf8))
    }

    @Test("a signature over anything else, with another key, or changed in any octet proves nothing")
    func refused() async throws {
        let bench = try await Bench()
        let (key, other) = (PrivateKey.make(.ed25519), PrivateKey.make(.ed25519))
        let issued = try await bench.authority.issue(bench.application(key: key.publicKey))
        let challenge = bench.authority.keyCompromiseChallenge(of: key.publicKey.sha256)
        let good = try key.signature(for: challenge, scheme: .ed25519)
        var bad = [
            try key.signature(for: [], scheme: .ed25519),
            try key.signature(for: issued.stored.certificate, scheme: .ed25519),
            try key.signature(for: Array(challenge.dropLast()), scheme: .ed25519),
            try key.signature(
                for: KeyCompromiseProof.challenge(root: [1], publicKeyHash: key.publicKey.sha256),
                scheme: .ed25519
            ),
            try other.signature(for: challenge, scheme: .ed25519),
            good + [0], Array(good.dropLast()), [0],
        ]
        for index in good.indices.prefix(3) {
            var changed = good
            changed[index] ^= 1
            bad.append(changed)
        }
        for signature in bad {
            await #expect(throws: AuthorityError(.invalidProof, "")) {
                try await bench.authority.revoke(
                    try KeyCompromiseProof(publicKey: key.publicKey, signature: signature),
                    invalidityDate: nil,
                    requester: self.stranger
                )
            }
        }
        #expect(try await bench.authority.certificate(issued.stored.serialNumber).stored.revocation == nil)
        #expect(try await bench.store.blockedKey(key.publicKey.sha256) == nil)
        for size in [0, Budget.proofBytes + 1] {
            #expect(throws: AuthorityError(.invalidProof, "")) {
                try KeyCompromiseProof(publicKey: key.publicKey, signature: [UInt8](repeating: 1, count: size))
            }
        }
    }

    @Test("more than so many proofs in a minute are told when to come again")
    func limited() async throws {
        let bench = try await Bench()
        let key = PrivateKey.make(.ed25519)
        let bad = try KeyCompromiseProof(publicKey: key.publicKey, signature: [1])
        func send(_ proof: KeyCompromiseProof, from address: String = "192.0.2.1") async -> AuthorityError? {
            let stranger = Requester(actor: self.stranger.actor, address: address)
            do {
                _ = try await bench.authority.revoke(proof, invalidityDate: nil, requester: stranger)
                return nil
            } catch {
                return error as? AuthorityError
            }
        }
        for _ in 0..<Budget.proofsPerMinuteOfAddress { #expect(await send(bad)?.code == .invalidProof) }
        bench.clock.advance(by: 20)
        let refused = await send(bad)
        #expect(refused?.code == .overloaded)
        #expect(refused?.retryAfter == 40)
        // One does not shut out another, until there are too many in all.
        for number in Budget.proofsPerMinuteOfAddress..<Budget.proofsPerMinute {
            #expect(await send(bad, from: "198.51.100.\(number % 200)")?.code == .invalidProof)
        }
        #expect(await send(bad, from: "203.0.113.1")?.code == .overloaded)
        bench.clock.advance(by: 40)
        let challenge = bench.authority.keyCompromiseChallenge(of: key.publicKey.sha256)
        #expect(await send(try self.proof(key, challenge, scheme: .ed25519)) == nil)
    }
}
