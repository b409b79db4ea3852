import Foundation
import PKIX
import Synchronization
import TestSupport
import Testing

@testable import CertificateAuthority

/// The public side as a self-check sees it: a responder that tells the truth until a test has it lie.
final class PublicSide: Sendable {
    typealias Answer = @Sendable (_ issuer: String, _ request: OCSPRequest) async throws -> [UInt8]

    let status: StatusBench
    private let lie = Mutex<Answer?>(nil)
    let asked = Heard<OCSPRequest>()

    init() async throws {
        self.status = try await StatusBench()
        try await self.status.installResponder()
    }

    struct NotThere: Error {}

    /// What is served at the paths of CRLs.
    let crls = Mutex<[String: FetchedCRL]>([:])
    let askedCRLs = Heard<String>()

    func fetchCRL(_ path: String, _ whole: Bool) throws -> FetchedCRL {
        self.askedCRLs.add("\(whole ? "GET" : "HEAD") \(path)")
        guard let crl = self.crls.withLock({ $0[path] }) else { throw NotThere() }
        return crl
    }

    func answer(_ lie: Answer?) { self.lie.withLock { $0 = lie } }

    func fetch(_ issuer: String, _ bytes: [UInt8]) async throws -> [UInt8] {
        let request = try OCSPRequest(derEncoded: bytes)
        self.asked.add(request)
        if let lie = self.lie.withLock({ $0 }) { return try await lie(issuer, request) }
        return try await self.status.responder().answer(request).response
    }

    func selfCheck(
        sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in throw CancellationError() }
    ) -> StatusSelfCheck {
        StatusSelfCheck(
            authority: self.status.authority,
            crls: self.status.store,
            fetch: { try await self.fetch($0, $1) },
            fetchCRL: { try self.fetchCRL($0, $1) },
            sleep: sleep,
            logger: .silent
        )
    }

    /// What the responder would say, with a part changed, and signed by whom the test likes.
    func changed(
        _ request: OCSPRequest,
        signer: SoftwareSigner? = nil,
        certificates: [[UInt8]]? = nil,
        _ change: (inout OCSPResponseData) throws -> Void = { _ in }
    ) async throws -> [UInt8] {
        let responder = try #require(self.status.responders.responder(of: "agents"))
        let truth = try await self.status.responder().answer(request)
        let signer = signer ?? self.status.responderSigner
        var data = OCSPResponseData(
            responderKeyHash: OCSPHash.sha1.hash(signer.subjectPublicKey.keyBytes),
            producedAt: self.status.clock.time,
            responses: try basic(truth, from: responder, at: self.status.clock.time).responses.map {
                OCSPSingleResponse(
                    item: $0.item,
                    status: $0.status,
                    thisUpdate: $0.thisUpdate,
                    nextUpdate: try #require($0.nextUpdate)
                )
            }
        )
        try change(&data)
        let bytes = try data.derEncoded()
        return try OCSPResponse.derEncoded(
            responseData: bytes,
            scheme: .ecdsaSHA256,
            signature: try await signer.signature(for: bytes, scheme: .ecdsaSHA256),
            certificates: certificates ?? responder.attached
        )
    }
}

@Suite("The self-check of the public side")
struct StatusSelfCheckTests {
    @Test("true answers are no problem: one good and one revoked certificate are asked about, by SHA-256")
    func truth() async throws {
        let side = try await PublicSide()
        let (good, revoked) = (try await side.status.issue(lifetime: 86_400), try await side.status.issue())
        try await side.status.revoke(revoked, .superseded)
        let check = side.selfCheck()
        #expect(check.problem == nil)
        await check.look()
        #expect(check.problem == nil)
        let items = side.asked.all.map(\.items)
        #expect(items == [good, revoked].map { [.certID(side.status.certID($0.serialNumber))] })
    }

    @Test("where nothing is issued there is nothing to ask")
    func nothing() async throws {
        let status = try await StatusBench()
        let asked = Counter()
        let check = StatusSelfCheck(
            authority: status.authority,
            crls: status.store,
            fetch: { _, _ in
                asked.next()
                return []
            },
            fetchCRL: { _, _ in
                asked.next()
                return FetchedCRL(entityTag: "", body: [])
            },
            sleep: { _ in },
            logger: .silent
        )
        await check.look()
        // Root and CA are there; neither has OCSP.
        #expect(asked.value == 0 && check.problem == nil)
    }

    @Test("certificates that have expired, which are answered for a time only, are not asked about")
    func expired() async throws {
        let side = try await PublicSide()
        let short = try await side.status.issue(lifetime: 3_600)
        let shortRevoked = try await side.status.issue(lifetime: 3_600)
        try await side.status.revoke(shortRevoked)
        side.status.clock.set(shortRevoked.notAfter + 29 * 86_400)
        try await side.status.installResponder()
        let revoked = try await side.status.issue()
        try await side.status.revoke(revoked)
        let check = side.selfCheck()
        for _ in 0..<2 {
            await check.look()
            #expect(check.problem == nil)
            side.status.clock.advance(by: 2 * 86_400)
        }
        let asked = Set(side.asked.all.flatMap(\.items))
        #expect(!asked.contains(.certID(side.status.certID(short.serialNumber))))
        #expect(!asked.contains(.certID(side.status.certID(shortRevoked.serialNumber))))
        #expect(asked.contains(.certID(side.status.certID(revoked.serialNumber))))
    }

    @Test("a revocation may be unseen for two seconds, and no longer", arguments: [2, 3] as [Int64])
    func unseen(_ seconds: Int64) async throws {
        let side = try await PublicSide()
        // The first to expire: the one that is asked about.
        let certificate = try await side.status.issue(lifetime: 86_400)
        let check = side.selfCheck()
        side.answer { _, request in
            let before = try await side.status.responder().answer(request).response
            // It is revoked while the answer is under way.
            try await side.status.revoke(certificate)
            side.status.clock.advance(by: seconds)
            side.answer(nil)
            return before
        }
        await check.look()
        #expect((check.problem == nil) == (seconds == 2))
        await check.look()
        #expect(check.problem == nil)
    }

    @Test("a problem stays until a look finds the truth; a look that is cancelled changes nothing")
    func recovers() async throws {
        let side = try await PublicSide()
        let check = side.selfCheck()
        side.answer { _, _ in throw NotAnswered() }
        await check.look()
        #expect(check.problem?.contains("NotAnswered") == true)
        side.answer { _, _ in throw CancellationError() }
        await check.look()
        #expect(check.problem != nil)
        side.answer(nil)
        await check.look()
        #expect(check.problem == nil)
    }

    @Test("it looks two seconds after the start, and every minute from then on")
    func run() async throws {
        let side = try await PublicSide()
        let pauses = Pauses([
            { #expect(side.asked.take().isEmpty) },
            {
                #expect(side.asked.take().count == 1)
                side.answer { _, _ in [] }
            },
            { #expect(side.asked.take().count == 1) },
        ])
        let check = side.selfCheck(sleep: { try await pauses.sleep($0) })
        try await check.run()
        #expect(pauses.failures.isEmpty)
        #expect(pauses.asked == [.seconds(2), .seconds(60), .seconds(60), .seconds(60)])
        #expect(check.problem != nil)
    }
}
