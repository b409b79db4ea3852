import Crypto
import Foundation
import PKIX
import Testing
import X509

@testable import PublicTrust

@Suite("Status by OCSP, answered by openssl")
struct OCSPStatusTests {
    @Test("a certificate that is not revoked is good, by GET and from memory the second time")
    func good() async throws {
        let bench = try await StatusBench()
        try bench.writeIndex(valid: [bench.leaf])
        bench.serveOCSP()
        let checker = bench.checker()
        let report = await checker.status(of: bench.path, at: .now())
        #expect(report.status == .good, "\(report)")
        #expect(report.evidence.last?.nextUpdate != nil)
        #expect(await checker.status(of: bench.path, at: .now()) == report)
        #expect(bench.server.requests.map(\.method) == ["GET"])
        await bench.server.stop()
    }

    @Test("a revoked certificate is revoked, with its reason, whatever the policy")
    func revoked() async throws {
        let bench = try await StatusBench()
        try bench.writeIndex(revoked: [(bench.leaf, reason: "keyCompromise")])
        bench.serveOCSP()
        let report = await bench.checker().status(of: bench.path, at: .now())
        guard case .revoked(_, let reason) = report.status else {
            Issue.record("\(report)")
            return
        }
        #expect(reason == .keyCompromise)
        #expect(RevocationPolicy.allCases.allSatisfy { !$0.admits(report.status) })
        await bench.server.stop()
    }

    @Test("a certificate that its CA does not know is unknown, which no policy admits")
    func unknown() async throws {
        let bench = try await StatusBench()
        try bench.writeIndex()
        bench.serveOCSP()
        let report = await bench.checker().status(of: bench.path, at: .now())
        #expect(report.status == .unknown)
        #expect(RevocationPolicy.allCases.allSatisfy { !$0.admits(report.status) })
        await bench.server.stop()
    }

    @Test("a service that is down leaves the status unavailable, which the soft policy alone admits")
    func down() async throws {
        let bench = try await StatusBench()
        let report = await bench.checker().status(of: bench.path, at: .now())
        #expect(report.status == .unavailable)
        #expect(RevocationPolicy.soft.admits(report.status) && !RevocationPolicy.hard.admits(report.status))
        await bench.server.stop()
    }

    @Test("a nonce goes out by POST and comes back; another one is refused")
    func nonce() async throws {
        let bench = try await StatusBench()
        try bench.writeIndex(valid: [bench.leaf])
        bench.serveOCSP()
        let fixed = [UInt8](repeating: 7, count: 16)
        #expect(await bench.checker(nonces: { fixed }).status(of: bench.path, at: .now()).status == .good)
        let request = try #require(bench.server.requests.first)
        #expect(request.method == "POST")
        let replayed = try bench.ocspAnswer(to: request.body)
        bench.server.answer { _ in .body(replayed) }
        let other = [UInt8](repeating: 8, count: 16)
        #expect(await bench.checker(nonces: { other }).status(of: bench.path, at: .now()).status == .unavailable)
        await bench.server.stop()
    }

    /// A responder's certificate of the bench, and whether it may answer.
    enum Delegate: CaseIterable {
        case proper, withoutPurpose, ofAnotherCA, expired

        func certificate(_ bench: StatusBench, key: P256.Signing.PrivateKey) throws -> Certificate {
            let issuer = self == .ofAnotherCA ? try TestAuthority(imitating: bench.authority) : bench.authority
            return try issuer.issue(
                to: Certificate.PublicKey(key.publicKey),
                names: [],
                subject: DistinguishedName { CommonName("Responder") },
                purposes: self == .withoutPurpose ? [.serverAuth] : [.ocspSigning],
                validity: self == .expired ? -9 ... -1 : -1...5
            )
        }
    }

    @Test("a delegate answers when its CA has issued it for that", arguments: Delegate.allCases)
    func delegation(_ delegate: Delegate) async throws {
        let bench = try await StatusBench()
        try bench.writeIndex(valid: [bench.leaf])
        let key = P256.Signing.PrivateKey()
        try bench.folder.write(key.pemRepresentation.utf8, to: "responder.key")
        try bench.folder.write(try delegate.certificate(bench, key: key).pem.utf8, to: "responder.pem")
        bench.serveOCSP(signer: "responder")
        let report = await bench.checker().status(of: bench.path, at: .now())
        #expect(report.status == (delegate == .proper ? .good : .unavailable), "\(report)")
        await bench.server.stop()
    }

    @Test("an answer that is old, of the future, altered, of another certificate or cut off is not relied on")
    func unusable() async throws {
        let bench = try await StatusBench()
        let other = try bench.authority.issue(names: [.dnsName("b.example.com")])
        try bench.writeIndex(valid: [bench.leaf, other])
        let inquiry = try OCSPInquiry(about: bench.path.path[0], of: bench.path.path[1], nonce: nil)
        let stranger = try OCSPInquiry(about: PathCertificate(der: other.der), of: bench.path.path[1], nonce: nil)
        let answer = try bench.ocspAnswer(to: OCSPRequest(items: [.certID(inquiry.certID)]).derEncoded())
        #expect(try inquiry.judge(answer, from: "", at: .now()).status == .good)
        for days in [3.0, -3.0] {
            #expect(throws: StatusFailure.self) { try inquiry.judge(answer, from: "", at: .now(plusDays: days)) }
        }
        #expect(throws: StatusFailure.self) { try stranger.judge(answer, from: "", at: .now()) }
        for length in 0..<answer.count {
            #expect(throws: StatusFailure.self) {
                try inquiry.judge(Array(answer.prefix(length)), from: "", at: .now())
            }
        }
        // The certificates that come along are not signed: only what was signed must not be altered.
        let signed = try #require(answer.firstRange(of: try Self.signedBytes(answer)))
        for index in signed {
            var altered = answer
            altered[index] ^= 0x01
            #expect(throws: StatusFailure.self) { try inquiry.judge(altered, from: "", at: .now()) }
        }
        await bench.server.stop()
    }

    private static func signedBytes(_ answer: [UInt8]) throws -> [UInt8] {
        guard case .basic(let response) = try ParsedOCSPResponse(derEncoded: answer) else { return [] }
        return response.signedBytes
    }
}
