import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("OCSP answers for what was never issued, and for what has expired")
struct OCSPNeverIssuedTests {
    /// Serial numbers that no certificate of the CA has, as they stand in CertIDs.
    private func serials(_ status: StatusBench) async throws -> [[UInt8]] {
        // One under way, one that was abandoned, one of the root's.
        status.store.fail(.complete, .failedAndNotPersisted)
        let (begun, abandoned) = (status.bench.serials.next(), status.bench.serials.next())
        status.bench.serials.plan(begun)
        _ = try? await status.issue()
        status.bench.signer.behave(.fail(NotAnswered()))
        status.bench.serials.plan(abandoned)
        _ = try? await status.issue()
        status.bench.signer.behave(.sign)
        try await checkStore(status.store, underWay: [begun])
        let root = try await #require(status.store.inner.allCertificates.first { $0.issuer == "root" }).serialNumber
        return [
            status.bench.serials.next().integerOctets, begun.integerOctets, abandoned.integerOctets, root.integerOctets,
            [0], [0x80], [0xFF, 1], [1] + [UInt8](repeating: 7, count: 20),
        ]
    }

    @Test("it is never good; policy says which of the three it is", arguments: OCSPPolicy.NeverIssued.allCases)
    func neverIssued(_ policy: OCSPPolicy.NeverIssued) async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let template = status.certID(status.bench.serials.next())
        let signed = status.responderSigner.signed.count
        for serial in try await self.serials(status) {
            let certID = OCSPCertID(
                hash: template.hash,
                hasNullParameters: true,
                issuerNameHash: template.issuerNameHash,
                issuerKeyHash: template.issuerKeyHash,
                serialNumber: serial
            )
            let answer = try await status.responder(OCSPPolicy(neverIssued: policy)).answer(certID, of: 0)
            // It may be issued next: nobody may keep the answer for another.
            #expect(!answer.isCacheable)
            guard policy != .unauthorized else {
                #expect(try ParsedOCSPResponse(derEncoded: answer.response) == .error(.unauthorized))
                continue
            }
            let data = try basic(answer, from: responder, at: status.clock.time)
            #expect(data.extendedRevoke == (policy == .revoked))
            #expect(answer.nextUpdate == status.clock.time + Budget.unknownSeconds)
            let expected: OCSPCertificateStatus =
                policy == .unknown
                ? .unknown : .revoked(at: CertificateTime(secondsSinceEpoch: 0), reason: .certificateHold)
            #expect(data.responses.map(\.status) == [expected])
        }
        if policy == .unauthorized { #expect(status.responderSigner.signed.count == signed) }
    }

    @Test("a good certificate beside one that was never issued is answered only where both can be")
    func beside() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let request = status.request(try await status.issue().serialNumber, status.bench.serials.next())
        let refused = try await status.responder(OCSPPolicy(neverIssued: .unauthorized)).answer(request)
        #expect(refused.outcome == .unauthorized)
        let answer = try await status.responder(OCSPPolicy(neverIssued: .revoked)).answer(request)
        let data = try basic(answer, from: responder, at: status.clock.time)
        #expect(data.extendedRevoke && data.responses.first?.status == .good)
        #expect(!answer.isCacheable && answer.outcome == .revoked)
    }

    @Test("an answer that was 'never issued' is 'good' as soon as the certificate is there")
    func issuedNext() async throws {
        let status = try await StatusBench()
        try await status.installResponder()
        let serial = status.bench.serials.next()
        #expect(try await status.responder().answer(status.request(serial)).outcome == .unknown)
        status.bench.serials.plan(serial)
        _ = try await status.issue()
        #expect(try await status.responder().answer(status.request(serial)).outcome == .good)
    }

    @Test("an expired certificate is answered to the last second of the archive", arguments: [false, true])
    func archive(_ isRevoked: Bool) async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let policy = OCSPPolicy(archive: 86_400)
        let certificate = try await status.issue(lifetime: 3_600)
        if isRevoked { try await status.revoke(certificate) }
        let request = status.request(certificate.serialNumber)

        status.clock.set(certificate.notAfter)
        let valid = try await status.responder(policy).answer(request)
        let data = try basic(valid, from: responder, at: status.clock.time)
        #expect(data.responses.map(\.archiveCutoff) == [nil])

        for offset in [1, 86_400] as [Int64] {
            status.clock.set(certificate.notAfter + offset)
            let answer = try await status.responder(policy).answer(request)
            #expect(answer.outcome == (isRevoked ? .revoked : .good) && answer.isCacheable)
            let data = try basic(answer, from: responder, at: status.clock.time)
            #expect(data.responses.map(\.archiveCutoff) == [status.clock.time + -86_400])
        }

        status.clock.advance(by: 1)
        #expect(try await status.responder(policy).answer(request).outcome == .unauthorized)
        let other = try await status.issue()
        let both = status.request(other.serialNumber, certificate.serialNumber)
        #expect(try await status.responder(policy).answer(both).outcome == .unauthorized)
    }
}
