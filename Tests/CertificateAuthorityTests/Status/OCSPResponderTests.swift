import Foundation
import PKIX
import Signing
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

/// Takes an answer apart as a relying party does, and checks what is true of every one: signed by the responder, fresh, in
/// force no longer than the responder.
func basic(
    _ answer: OCSPAnswer,
    from responder: DelegatedResponder,
    at instant: CertificateTime,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> ParsedOCSPResponseData {
    guard case .basic(let response) = try ParsedOCSPResponse(derEncoded: answer.response) else {
        throw NotAnswered()
    }
    let scheme = try #require(response.scheme, sourceLocation: sourceLocation)
    try responder.verifier.check(response.signature, over: response.signedBytes, scheme: scheme)
    #expect(response.certificates == responder.attached, sourceLocation: sourceLocation)
    let data = response.responseData
    #expect(data.responderID == .byKey(responder.keyHash), sourceLocation: sourceLocation)
    #expect(data.producedAt == instant && answer.thisUpdate == instant, sourceLocation: sourceLocation)
    #expect(data.responses.map(\.nextUpdate).compactMap(\.self).min() == answer.nextUpdate)
    for each in data.responses {
        let nextUpdate = try #require(each.nextUpdate, sourceLocation: sourceLocation)
        #expect(each.thisUpdate == instant && instant < nextUpdate, sourceLocation: sourceLocation)
        #expect(nextUpdate <= responder.notAfter, sourceLocation: sourceLocation)
    }
    return data
}

struct NotAnswered: Error {}

@Suite("OCSP answers")
struct OCSPResponderTests {
    @Test("a certificate that is issued is good, asked by either hash", arguments: OCSPHash.allCases)
    func good(_ hash: OCSPHash) async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let certID = status.certID(try await status.issue().serialNumber, hash)
        status.clock.advance(by: 100)
        for answer in [
            try await status.responder().answer(certID, of: 0),
            try await status.responder().answer(OCSPRequest(items: [.certID(certID)])),
        ] {
            let data = try basic(answer, from: responder, at: status.clock.time)
            #expect(data.responses.map(\.item) == [.certID(certID)])
            #expect(data.responses.map(\.status) == [.good])
            #expect(answer.nextUpdate == status.clock.time + 3_600)
            #expect(data.nonce == nil && !data.extendedRevoke && data.responses[0].archiveCutoff == nil)
            #expect(answer.outcome == .good && answer.isCacheable)
        }
    }

    @Test("a revoked certificate comes with time and reason at once", arguments: RevocationReason.allCases)
    func revoked(_ reason: RevocationReason) async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let certificate = try await status.issue()
        let time = status.clock.time
        try await status.revoke(certificate, reason)
        let first = try await status.responder().answer(status.request(certificate.serialNumber))
        // No second has passed.
        #expect(first.outcome == .revoked && first.isCacheable)
        status.clock.advance(by: 1_000)
        let answer = try await status.responder().answer(status.request(certificate.serialNumber))
        let data = try basic(answer, from: responder, at: status.clock.time)
        let expected = reason == .unspecified ? nil : reason
        #expect(data.responses.map(\.status) == [.revoked(at: time, reason: expected)])
        #expect(answer.nextUpdate == status.clock.time + 3_600)
    }

    @Test("a certificate released from hold is good again")
    func released() async throws {
        let status = try await StatusBench()
        try await status.installResponder()
        let certificate = try await status.issue()
        try await status.revoke(certificate, .certificateHold)
        let held = try await status.responder().answer(status.request(certificate.serialNumber))
        try await status.release(certificate)
        let released = try await status.responder().answer(status.request(certificate.serialNumber))
        #expect(held.outcome == .revoked && released.outcome == .good)
    }

    @Test("the status is the store's at thisUpdate or later: the clock is read before the store")
    func order() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let certificate = try await status.issue()
        let (clock, before) = (status.clock, status.clock.time)
        status.store.onRead { clock.advance(by: 10) }
        let answer = try await status.responder().answer(status.request(certificate.serialNumber))
        _ = try basic(answer, from: responder, at: before)
    }

    @Test("several certificates are answered in the order of the request, each once; the gravest status counts")
    func several() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let (good, revoked) = (try await status.issue(), try await status.issue())
        try await status.revoke(revoked, .superseded)
        let unknown = status.bench.serials.next()
        let answer = try await status.responder().answer(
            status.request(good.serialNumber, revoked.serialNumber, unknown, good.serialNumber)
        )
        let data = try basic(answer, from: responder, at: status.clock.time)
        #expect(
            data.responses.map(\.status) == [.good, .revoked(at: status.clock.time, reason: .superseded), .unknown]
        )
        let serials = [good.serialNumber, revoked.serialNumber, unknown]
        #expect(data.responses.map(\.item) == serials.map { .certID(status.certID($0)) })
        #expect(answer.outcome == .revoked && !answer.isCacheable)
        #expect(answer.nextUpdate == status.clock.time + Budget.unknownSeconds)
        let two = try await status.responder().answer(status.request(good.serialNumber, unknown))
        #expect(two.outcome == .unknown && !two.isCacheable)
    }

    @Test("the same certificate by both hashes is answered by both CertIDs")
    func bothHashes() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let serial = try await status.issue().serialNumber
        let items = OCSPHash.allCases.map { OCSPRequest.Item.certID(status.certID(serial, $0)) }
        let answer = try await status.responder().answer(OCSPRequest(items: items))
        let data = try basic(answer, from: responder, at: status.clock.time)
        #expect(data.responses.map(\.item) == items && data.responses.allSatisfy { $0.status == .good })
    }

    @Test("a nonce is echoed, and the answer is for its asker alone", arguments: [1, 32, 128])
    func nonce(_ count: Int) async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let serial = try await status.issue().serialNumber
        let nonce = (0..<count).map { UInt8($0) }
        let answer = try await status.responder().answer(status.request(serial, nonce: nonce))
        #expect(try basic(answer, from: responder, at: status.clock.time).nonce == nonce)
        #expect(answer.outcome == .good && !answer.isCacheable)
    }

    @Test("what is not one of our issuers' is unauthorized: other hashes, other issuers, several issuers, nothing")
    func unauthorized() async throws {
        let status = try await StatusBench(isAlone: false)
        try await status.installResponder()
        let serial = try await status.issue().serialNumber
        let (agents, batch) = (status.certID(serial), status.certID(serial, of: status.authority.issuers[1]))
        let root = status.certID(serial, of: status.bench.root)
        let mixed = OCSPCertID(
            hash: .sha256,
            hasNullParameters: true,
            issuerNameHash: agents.issuerNameHash,
            issuerKeyHash: batch.issuerKeyHash,
            serialNumber: agents.serialNumber
        )
        let requests: [[OCSPRequest.Item]] = [
            [], [.unsupported(encoded: [0x30, 0])], [.certID(agents), .unsupported(encoded: [0x30, 0])],
            [.certID(root)], [.certID(mixed)], [.certID(agents), .certID(batch)], [.certID(agents), .certID(root)],
        ]
        let signed = status.responderSigner.signed.count
        for items in requests {
            let answer = try await status.responder().answer(OCSPRequest(items: items, nonce: [1]))
            #expect(try ParsedOCSPResponse(derEncoded: answer.response) == .error(.unauthorized))
            #expect(answer.outcome == .unauthorized && !answer.isCacheable)
            #expect(answer.thisUpdate == nil && answer.nextUpdate == nil)
        }
        #expect(status.responderSigner.signed.count == signed)
    }

    @Test("each issuer answers for its own serial numbers: another's was never issued")
    func otherIssuer() async throws {
        let status = try await StatusBench(isAlone: false)
        try await status.installResponder()
        let serial = try await status.issue().serialNumber
        let batch = status.authority.issuers[1]
        let responder = status.responder()
        let answer = try await responder.answer(status.certID(serial, of: batch), of: 1)
        let data = try basic(answer, from: DelegatedResponder(batch), at: status.clock.time)
        #expect(data.responses.map(\.status) == [.unknown])
        #expect(try await responder.answer(status.request(serial)).outcome == .good)
    }
}
