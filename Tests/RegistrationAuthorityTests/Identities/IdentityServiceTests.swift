// Identities from registration to revocation, and everybody who wants one that is not theirs.

import AuditLog
import Foundation
import JOSE
import JSON
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

@Suite("Verified identities")
struct IdentityServiceTests {
    private static let did = DIDDocuments.did
    private static let url = "https://id.example/.well-known/did.json"
    private static let alice = RegistrationBench.alice
    private static let bob = RegistrationBench.bob

    /// A bench with identities, and the web where their documents lie.
    private static func run(
        _ body: @Sendable (RegistrationBench, IdentityService, MemoryDocuments) async throws -> Void
    ) async throws {
        try await RegistrationBench.withNode { bench, service in
            let documents = MemoryDocuments()
            try await body(bench, bench.identities(service, documents), documents)
        }
    }

    /// An identity of a new key, proven.
    private static func verified(
        _ service: IdentityService,
        _ holder: IdentityHolder = .ed25519(),
        by principal: Principal = alice
    ) async throws -> VerifiedIdentity {
        let round = try await service.register(holder.did, by: principal)
        return try await service.verify(round, [try holder.proof(over: round.signingInput)], by: principal)
    }

    @Test("who holds the key of a did:key verifies it, once", arguments: [IdentityHolder.ed25519(), .p256()])
    func key(_ holder: IdentityHolder) async throws {
        try await Self.run { bench, service, documents in
            let round = try await service.register(holder.did)
            #expect(round.identity.status == .pendingControl && round.keyIDs == [holder.keyID])
            let input = try JSONReader.read(
                try #require(Base64URL.decode(round.signingInput)),
                within: JSONLimits(depth: 2, members: 8)
            )
            let nonce = round.identity.challenge.nonce
            #expect(Base64URL.decode(nonce)?.count == 32)
            let expected: JSONValue = [
                "identifier": .string(holder.did), "identityId": .string(round.identity.id.description),
                "nonce": .string(nonce), "purpose": "ans:identity-proof:v1", "raId": "ra.example", "scheme": "did:key",
            ]
            #expect(input == expected)
            let proof = try holder.proof(over: round.signingInput)
            let identity = try await service.verify(round, [proof])
            #expect(identity.status == .verified && identity.verifiedAt == bench.clock.now)
            #expect(identity.keys.map(\.proof) == [proof] && identity.keys[0].method["type"] == "Multikey")
            await expectRefusal(.identityChallengeUsed) { try await service.verify(round, [proof]) }
            let found = try await service.identity(identity.id, for: Self.alice)
            #expect(found.0 == identity && found.1.isEmpty)
            #expect(try await bench.actions(on: "identity:\(identity.id)") == [.registerIdentity, .verifyIdentity])
            #expect(documents.asked.isEmpty)
        }
    }

    @Test("for did:web the keys of the document count, as it is when the proof comes")
    func web() async throws {
        try await Self.run { bench, service, documents in
            let (first, second) = (IdentityHolder.p256(), IdentityHolder.ed25519())
            let round = try await service.register(Self.did)
            #expect(round.keyIDs.isEmpty)
            let methods = try [DIDDocuments.method("a", first), DIDDocuments.method("b", second)]
            let document = DIDDocuments.document(methods.joined(separator: ","), assertions: ##""#a","#b""##)
            documents.set(Self.url, document)
            let again = try await service.register(Self.did)
            #expect(again.identity.id == round.identity.id && again.keyIDs == ["\(Self.did)#a", "\(Self.did)#b"])
            #expect(again.identity.challenge.nonce != round.identity.challenge.nonce)
            let proofs = [
                try first.proof(over: again.signingInput, kid: "\(Self.did)#a"),
                try second.proof(over: again.signingInput, kid: "\(Self.did)#b"),
            ]
            documents.set(Self.url, nil)
            await expectRefusal(.didNotResolved) { try await service.verify(again, proofs) }
            documents.set(Self.url, DIDDocuments.document("", assertions: "", id: "did:web:other.example"))
            await expectRefusal(.didDocumentMismatch) { try await service.verify(again, proofs) }
            documents.set(Self.url, DIDDocuments.document(methods[0], assertions: ##""#a""##))
            await expectRefusal(.invalidVerificationMethod) { try await service.verify(again, proofs) }
            documents.set(Self.url, document)
            let identity = try await service.verify(again, proofs)
            #expect(identity.status == .verified && identity.keys.count == 2)
        }
    }

    @Test("one proof that does not hold fails them all, and the nonce stays open")
    func badProofs() async throws {
        try await Self.run { bench, service, _ in
            let (holder, other) = (IdentityHolder.ed25519(), IdentityHolder.ed25519())
            let old = try await service.register(holder.did)
            let round = try await service.register(holder.did)
            let input = round.signingInput
            let good = try holder.proof(over: input)
            let (signature, method) = (
                RegistrationError.Code.identitySignatureInvalid, RegistrationError.Code.invalidVerificationMethod
            )
            let table: [([String], RegistrationError.Code)] = [
                ([], .invalidIdentityProof), (["x"], .invalidIdentityProof), (["a.b.c.d"], .invalidIdentityProof),
                ([good, good], .invalidIdentityProof), ([String](repeating: good, count: 17), .invalidIdentityProof),
                ([good + String(repeating: "A", count: 9_000)], .invalidIdentityProof),
                (["!.\(input).AAAA"], .invalidIdentityProof), ([good + "="], .invalidIdentityProof),
                ([try holder.proof(over: old.signingInput)], signature), ([try holder.proof(over: "e30")], signature),
                ([try holder.proof(over: "")], signature), ([try holder.proof(over: input + "=")], signature),
                ([try other.proof(over: input, kid: holder.keyID)], signature),
                ([try holder.proof(over: input, header: ["alg": "none"])], signature),
                ([try holder.proof(over: input, header: ["alg": "HS256"])], signature),
                ([try holder.proof(over: input, header: ["alg": "ES256"])], signature),
                ([try holder.proof(over: input, header: ["alg": "PS256"])], signature),
                ([try holder.proof(over: input, header: ["crit": "x"])], signature),
                ([try holder.proof(over: input, header: ["kid": nil])], method),
                ([try holder.proof(over: input, kid: "")], method), ([try other.proof(over: input)], method),
                ([try holder.proof(over: input, kid: holder.did)], method),
                ([good, try other.proof(over: input)], method),
            ]
            for (proofs, code) in table {
                await expectRefusal(code) { try await service.verify(round, proofs) }
            }
            #expect(try await service.identity(round.identity.id, for: Self.alice).0.status == .pendingControl)
            #expect(try await service.verify(round, [good]).status == .verified)
        }
    }

    @Test("a nonce is open for an hour; a new one comes with the same identity")
    func expires() async throws {
        try await Self.run { bench, service, _ in
            let holder = IdentityHolder.p256()
            let round = try await service.register(holder.did)
            bench.clock.advance(3_600)
            let proof = try holder.proof(over: round.signingInput)
            await expectRefusal(.identityChallengeExpired) { try await service.verify(round, [proof]) }
            let again = try await service.register(holder.did)
            #expect(again.identity.id == round.identity.id)
            await expectRefusal(.identitySignatureInvalid) { try await service.verify(again, [proof]) }
            bench.clock.advance(3_599)
            let verified = try await service.verify(again, [try holder.proof(over: again.signingInput)])
            #expect(verified.status == .verified)
        }
    }

    @Test("of two who prove the same identifier one has it; of two answers to one nonce one counts")
    func races() async throws {
        try await Self.run { bench, service, _ in
            let holder = IdentityHolder.p256()
            let mine = try await service.register(holder.did)
            let theirs = try await service.register(holder.did, by: Self.bob)
            #expect(mine.identity.id != theirs.identity.id)
            let proof = try holder.proof(over: mine.signingInput)
            // A proof for one identity is none for another.
            await expectRefusal(.identitySignatureInvalid) { try await service.verify(theirs, [proof], by: Self.bob) }
            let outcomes = await withTaskGroup(of: RegistrationError.Code?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await service.verify(mine, [proof])
                            return nil
                        } catch { return (error as? RegistrationError)?.code }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .identityChallengeUsed }.count == 7)
            await expectRefusal(.identifierDuplicate) {
                try await service.verify(theirs, [try holder.proof(over: theirs.signingInput)], by: Self.bob)
            }
            await expectRefusal(.identifierDuplicate) { try await service.register(holder.did) }
            await expectRefusal(.identifierDuplicate) { try await service.register(holder.did, by: Self.bob) }
        }
    }

    @Test("another identifier takes the place once it is proven, and not before")
    func rotates() async throws {
        try await Self.run { bench, service, _ in
            let (old, new) = (IdentityHolder.ed25519(), IdentityHolder.p256())
            let pending = try await service.register(new.did)
            await expectRefusal(.identityNotVerified) { try await service.rotate(pending.identity.id, to: old.did) }
            let identity = try await Self.verified(service, old)
            await expectRefusal(.identifierKindMismatch) { try await service.rotate(identity.id, to: Self.did) }
            await expectRefusal(.invalidDID) { try await service.rotate(identity.id, to: "did:key:z") }
            let round = try await service.rotate(identity.id, to: new.did)
            #expect(round.identity.status == .verified && round.anchor.description == new.did)
            #expect(round.identity.anchor.description == old.did && round.identity.pending?.description == new.did)
            await expectRefusal(.invalidVerificationMethod) {
                try await service.verify(round, [try old.proof(over: round.signingInput)])
            }
            let rotated = try await service.verify(round, [try new.proof(over: round.signingInput)])
            #expect(rotated.id == identity.id && rotated.anchor.description == new.did && rotated.pending == nil)
            // What it stood for before is free.
            _ = try await service.register(old.did, by: Self.bob)
            // The same identifier is proven anew.
            let again = try await service.rotate(identity.id, to: new.did)
            #expect(try await service.verify(again, [try new.proof(over: again.signingInput)]).status == .verified)
        }
    }

    @Test("a revoked identity is one for ever, and its identifier may be registered anew")
    func revokes() async throws {
        try await Self.run { bench, service, _ in
            let holder = IdentityHolder.p256()
            let pending = try await service.register(holder.did)
            await expectRefusal(.identityNotVerified) { try await service.revoke(pending.identity.id) }
            let identity = try await service.verify(pending, [try holder.proof(over: pending.signingInput)])
            let round = try await service.rotate(identity.id, to: holder.did)
            await expectRefusal(.permissionDenied) { try await service.revoke(identity.id, by: Self.bob) }
            #expect(try await service.revoke(identity.id).status == .revoked)
            await expectRefusal(.identityNotVerified) { try await service.revoke(identity.id) }
            await expectRefusal(.identityNotVerified) { try await service.rotate(identity.id, to: holder.did) }
            await expectRefusal(.identityRevoked) {
                try await service.verify(round, [try holder.proof(over: round.signingInput)])
            }
            let next = try await Self.verified(service, holder, by: Self.bob)
            #expect(next.id != identity.id)
            #expect(try await service.revoke(next.id, by: RegistrationBench.admin).status == .revoked)
        }
    }

    @Test("identities are their owner's: others neither see nor change them")
    func owners() async throws {
        try await Self.run { bench, service, _ in
            let identity = try await Self.verified(service)
            await expectRefusal(.identityNotFound) { try await service.identity(identity.id, for: Self.bob) }
            let seen = try await service.identity(identity.id, for: Bench.token("auditor", .auditor))
            #expect(seen.0 == identity)
            let round = try await service.rotate(identity.id, to: identity.anchor.description)
            for other in [Self.bob, RegistrationBench.admin] {
                await expectRefusal(.permissionDenied) {
                    try await service.rotate(identity.id, to: Self.did, by: other)
                }
                await expectRefusal(.permissionDenied) { try await service.verify(round, ["a.b.c"], by: other) }
                await expectRefusal(.permissionDenied) { try await service.link([], to: identity.id, by: other) }
                await expectRefusal(.permissionDenied) {
                    try await service.unlink(bench.drawID(), identity.id, by: other)
                }
                #expect(try await service.identities(before: nil, limit: 10, for: other).isEmpty)
            }
            await expectRefusal(.permissionDenied) {
                try await service.register(Self.did, by: Bench.token("a", .auditor))
            }
            let unknown = try #require(IdentityID(bench.drawID().description))
            await expectRefusal(.identityNotFound) { try await service.revoke(unknown) }
            await expectRefusal(.identityNotFound) { try await service.identity(unknown, for: Self.alice) }
        }
    }

    @Test("listings are newest first, page by page; what was never proven is forgotten after a day")
    func lists() async throws {
        try await Self.run { bench, service, _ in
            var ids: [IdentityID] = []
            for _ in 0..<5 {
                ids.append(try await service.register(IdentityHolder.p256().did).identity.id)
                bench.clock.advance(1)
            }
            let first = try await service.identities(before: nil, limit: 3, for: Self.alice)
            #expect(first.map(\.id) == Array(ids.reversed().prefix(3)))
            let rest = try await service.identities(before: first.last?.id, limit: 3, for: Self.alice)
            #expect(rest.map(\.id) == Array(ids.reversed().suffix(2)))
            let kept = try await Self.verified(service)
            bench.clock.advance(3_600 + Budget.pendingIdentitySeconds)
            let latest = try await service.register(IdentityHolder.p256().did)
            let left = try await service.identities(before: nil, limit: 100, for: Self.alice)
            #expect(left.map(\.id) == [latest.identity.id, kept.id])
        }
    }

    @Test("calls are charged to their account")
    func limited() async throws {
        try await Self.run { bench, service, _ in
            let holder = IdentityHolder.p256()
            for _ in 0..<60 { _ = try await service.register(holder.did) }
            let error = await expectRefusal(.rateLimited) { try await service.register(holder.did) }
            #expect(error?.retryAfter ?? 0 > 0)
            _ = try await service.register(holder.did, by: Self.bob)
        }
    }

    @Test("agents of the same owner are linked, all or none, while they live")
    func links() async throws {
        try await Self.run { bench, service, _ in
            let identity = try await Self.verified(service)
            let first = try await service.registrations.register(TestAgent("one")).id
            let second = try await service.registrations.register(TestAgent("two")).id
            let foreign = try await service.registrations.register(TestAgent("bobs"), by: Self.bob).id
            let waiting = try await service.registrations.register(TestAgent("x.other.example"), waiting: .zero).id
            let ids = [first, second].map(\.description)
            await expectRefusal(.agentNotFound) { try await service.link(ids + [foreign.description], to: identity.id) }
            await expectRefusal(.agentNotFound) {
                try await service.link([bench.drawID().description], to: identity.id)
            }
            await expectRefusal(.agentNotLinkable) {
                try await service.link(ids + [waiting.description], to: identity.id)
            }
            for texts in [[], ["x"], [String](repeating: ids[0], count: 257)] {
                await expectRefusal(.invalidLinkRequest) { try await service.link(texts, to: identity.id) }
            }
            #expect(try await service.identity(identity.id, for: Self.alice).1.isEmpty)
            #expect(try await service.link([ids[0], ids[0].uppercased()], to: identity.id) == 1)
            #expect(try await service.link(ids, to: identity.id) == 1)
            #expect(try await service.link(ids, to: identity.id) == 0)
            let links = try await service.identity(identity.id, for: Self.alice).1
            #expect(Set(links.map(\.agent)) == [first, second])
            let actions = try await bench.actions(on: "identity:\(identity.id)")
            #expect(actions.filter { $0 == .linkIdentity }.count == 2)
            _ = try await service.registrations.revoke(first)
            #expect(try await service.identity(identity.id, for: Self.alice).1.map(\.agent) == [second])
            try await service.unlink(second, identity.id)
            await expectRefusal(.linkNotFound) { try await service.unlink(second, identity.id) }
            #expect(try await service.identity(identity.id, for: Self.alice).1.isEmpty)
            _ = try await service.revoke(identity.id)
            await expectRefusal(.identityNotVerified) { try await service.link([ids[1]], to: identity.id) }
        }
    }
}

extension RegistrationBench {
    /// An id that nothing has.
    func drawID() -> AgentID {
        var generator = SystemRandomNumberGenerator()
        return AgentID(at: self.clock.now, using: &generator)
    }
}

extension IdentityService {
    fileprivate func register(_ value: String, by principal: Principal = RegistrationBench.alice) async throws
        -> IdentityChallengeRound
    {
        try await self.register(value, by: principal, from: .local)
    }

    fileprivate func rotate(
        _ id: IdentityID,
        to value: String,
        by principal: Principal = RegistrationBench.alice
    ) async throws -> IdentityChallengeRound {
        try await self.rotate(id, to: value, by: principal, from: .local)
    }

    fileprivate func verify(
        _ round: IdentityChallengeRound,
        _ proofs: [String],
        by principal: Principal = RegistrationBench.alice
    ) async throws -> VerifiedIdentity {
        try await self.verifyControl(round.identity.id, proofs: proofs, by: principal, from: .local)
    }

    fileprivate func revoke(_ id: IdentityID, by principal: Principal = RegistrationBench.alice) async throws
        -> VerifiedIdentity
    {
        try await self.revoke(id, by: principal, from: .local)
    }

    fileprivate func link(_ texts: [String], to id: IdentityID, by principal: Principal = RegistrationBench.alice)
        async throws -> Int
    {
        try await self.link(texts, to: id, by: principal, from: .local)
    }

    fileprivate func unlink(_ agent: AgentID, _ id: IdentityID, by principal: Principal = RegistrationBench.alice)
        async throws
    {
        try await self.unlink(agent, from: id, by: principal, from: .local)
    }
}
