import Crypto
import PKIX
import TestSupport
import Testing

@Suite("OCSP responses")
struct OCSPResponseTests {
    static let statuses: [OCSPCertificateStatus] = [
        .good, .unknown, .revoked(at: OCSPFixture.now + -60, reason: nil),
        .revoked(at: OCSPFixture.now + -60, reason: .keyCompromise),
        .revoked(at: CertificateTime(secondsSinceEpoch: 0), reason: .certificateHold),
        .revoked(at: OCSPFixture.now, reason: .aACompromise),
    ]

    @Test("what is written is read", arguments: statuses, OCSPFixture.hashes)
    func roundTrip(_ status: OCSPCertificateStatus, hash: OCSPHash) throws {
        var answer = OCSPFixture.good(OCSPFixture.certID(hash))
        answer.status = status
        var data = OCSPFixture.data(answer)
        data.nonce = [1, 2, 3]
        data.archiveCutoff = TBSFixture.start
        data.extendedRevoke = true
        let encoded = try OCSPFixture.signed(data)
        guard case .basic(let basic) = try ParsedOCSPResponse(derEncoded: encoded) else {
            Issue.record("no basic response")
            return
        }
        #expect(basic.signedBytes == (try data.derEncoded()))
        #expect(basic.scheme == .ecdsaSHA256)
        #expect(basic.certificates.count == 1)
        let parsed = basic.responseData
        #expect(parsed.responderID == .byKey(OCSPFixture.responderKeyHash))
        #expect(parsed.producedAt == data.producedAt)
        #expect(parsed.nonce == data.nonce)
        #expect(parsed.extendedRevoke)
        #expect(parsed.responses.map(\.item) == [answer.item])
        #expect(parsed.responses.map(\.status) == [status])
        #expect(parsed.responses.map(\.thisUpdate) == [answer.thisUpdate])
        #expect(parsed.responses.map(\.nextUpdate) == [answer.nextUpdate])
        #expect(parsed.responses.map(\.archiveCutoff) == [TBSFixture.start])
    }

    @Test("the signature is over the signed bytes")
    func signature() throws {
        guard case .p256(let key) = OCSPFixture.responder,
            case .basic(let basic) = try ParsedOCSPResponse(
                derEncoded: OCSPFixture.signed(OCSPFixture.data(OCSPFixture.good()))
            )
        else {
            Issue.record("no basic response")
            return
        }
        let signature = try P256.Signing.ECDSASignature(derRepresentation: basic.signature)
        #expect(key.publicKey.isValidSignature(signature, for: SHA256.hash(data: basic.signedBytes)))
    }

    @Test("reason unspecified is left out")
    func unspecifiedReason() throws {
        var answer = OCSPFixture.good()
        answer.status = .revoked(at: OCSPFixture.now, reason: .unspecified)
        let without = OCSPCertificateStatus.revoked(at: OCSPFixture.now, reason: nil)
        let parsed = try ParsedOCSPResponseData(derEncoded: OCSPFixture.data(answer).derEncoded())
        #expect(parsed.responses.map(\.status) == [without])
    }

    @Test("many answers keep their order, and a CertID of another hash its octets")
    func manyAnswers() throws {
        var answers = (0..<60).map { OCSPFixture.good(OCSPFixture.certID(.sha1, OCSPFixture.serialNumber(UInt8($0)))) }
        var other = OCSPRequestFixture()
        other.algorithm = [0x30, 0x03, 0x06, 0x01, 0x2A]
        answers[7].item = .unsupported(encoded: other.certID)
        answers[7].status = .unknown
        var data = OCSPFixture.data()
        data.responses = answers
        let parsed = try ParsedOCSPResponseData(derEncoded: data.derEncoded())
        #expect(parsed.responses.map(\.item) == answers.map(\.item))
        #expect(parsed.responses.map(\.status) == answers.map(\.status))
    }

    @Test("a status alone has five octets", arguments: OCSPErrorStatus.allCases)
    func errors(_ status: OCSPErrorStatus) throws {
        let bytes = OCSPResponse.error(status)
        #expect(bytes == [0x30, 0x03, 0x0A, 0x01, status.rawValue])
        #expect(try ParsedOCSPResponse(derEncoded: bytes) == .error(status))
    }

    @Test("a response without answers, signature, or with a time before the year 0 cannot be made")
    func refusals() throws {
        #expect(code { () throws(PKIXError) in _ = try OCSPFixture.data().derEncoded() } == .malformed)
        var early = OCSPFixture.good()
        early.thisUpdate = CertificateTime(secondsSinceEpoch: -63_000_000_000)
        #expect(code { () throws(PKIXError) in _ = try OCSPFixture.data(early).derEncoded() } == .malformed)
        let data = try OCSPFixture.data(OCSPFixture.good()).derEncoded()
        #expect(
            code { () throws(PKIXError) in
                _ = try OCSPResponse.derEncoded(
                    responseData: data,
                    scheme: .ed25519,
                    signature: [],
                    certificates: []
                )
            } == .malformed
        )
    }

    @Test("a response cut at any octet is refused, and changed octets never crash")
    func mutations() throws {
        let bytes = try OCSPFixture.signed(OCSPFixture.data(OCSPFixture.good()))
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            #expect(code { () throws(PKIXError) in _ = try ParsedOCSPResponse(derEncoded: cut) } == .malformed)
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var mutated = bytes
                mutated[index] ^= 1 << UInt8(bit)
                _ = try? ParsedOCSPResponse(derEncoded: mutated)
            }
        }
    }
}
