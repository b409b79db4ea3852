import Foundation
import PKIX
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("The self-check finds every kind of lie")
struct StatusLieTests {
    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Which of the two certificates it is told of.
        let about: CertificateStatus
        let answer: @Sendable (PublicSide, OCSPRequest) async throws -> [UInt8]

        init(
            _ testDescription: String,
            about: CertificateStatus = .valid,
            _ answer: @escaping @Sendable (PublicSide, OCSPRequest) async throws -> [UInt8]
        ) {
            (self.testDescription, self.about, self.answer) = (testDescription, about, answer)
        }

        /// A lie in one part of what is signed.
        static func changing(
            _ testDescription: String,
            about: CertificateStatus = .valid,
            _ change: @escaping @Sendable (inout OCSPResponseData, PublicSide) throws -> Void
        ) -> Lie {
            Lie(testDescription, about: about) { side, request in
                try await side.changed(request) { try change(&$0, side) }
            }
        }

        /// A lie in the one answer.
        static func answering(
            _ testDescription: String,
            about: CertificateStatus = .valid,
            status: OCSPCertificateStatus? = nil,
            from start: Int64 = 0,
            to end: Int64 = 3_600
        ) -> Lie {
            .changing(testDescription, about: about) { data, side in
                let (single, now) = (data.responses[0], side.status.clock.time)
                data.producedAt = now + min(start, 0)
                data.responses = [
                    OCSPSingleResponse(
                        item: single.item,
                        status: status ?? single.status,
                        thisUpdate: now + start,
                        nextUpdate: now + end
                    )
                ]
            }
        }
    }

    static let lies: [Lie] = [
        Lie("no answer") { _, _ in throw NotAnswered() },
        Lie("an empty answer") { _, _ in [] },
        Lie("a status page") { _, _ in Array("<html>".utf8) },
        Lie("tryLater") { _, _ in OCSPResponse.error(.tryLater) },
        Lie("unauthorized", about: .revoked) { _, _ in OCSPResponse.error(.unauthorized) },
        .answering("good for revoked", about: .revoked, status: .good),
        .answering("unknown for good", status: .unknown),
        .answering("unknown for revoked", about: .revoked, status: .unknown),
        .answering(
            "revoked for good",
            status: .revoked(at: CertificateTime(secondsSinceEpoch: 1_700_000_000), reason: nil)
        ),
        .answering(
            "another time of revocation",
            about: .revoked,
            status: .revoked(at: CertificateTime(secondsSinceEpoch: 1_700_000_000), reason: .superseded)
        ),
        .answering(
            "another reason",
            about: .revoked,
            status: .revoked(at: CertificateTime(Bench.noon), reason: .keyCompromise)
        ),
        .answering("an answer that has just ended", from: -3_600, to: 0),
        .answering("an answer of yesterday", from: -90_000, to: -86_400),
        .answering("an answer of tomorrow", from: 86_400, to: 90_000),
        .changing("another certificate's answer") { data, side in
            let (single, now) = (data.responses[0], side.status.clock.time)
            data.responses = [
                OCSPSingleResponse(
                    item: .certID(side.status.certID(side.status.bench.serials.next())),
                    status: single.status,
                    thisUpdate: now,
                    nextUpdate: now + 60
                )
            ]
        },
        Lie("an answer by SHA-1") { side, request in
            guard case .certID(let certID)? = request.items.first, let serial = certID.serial else { return [] }
            return try await side.changed(OCSPRequest(items: [.certID(side.status.certID(serial, .sha1))]))
        },
        .changing("another responder's name") { data, _ in data.responderKeyHash = [UInt8](repeating: 7, count: 20) },
        Lie("a signature by another key") { side, request in
            let hash = OCSPHash.sha1.hash(side.status.responderSigner.subjectPublicKey.keyBytes)
            return try await side.changed(request, signer: SoftwareSigner(.p256)) { $0.responderKeyHash = hash }
        },
        Lie("a changed signature") { side, request in
            guard case .basic(let basic) = try ParsedOCSPResponse(derEncoded: try await side.changed(request)) else {
                return []
            }
            return try OCSPResponse.derEncoded(
                responseData: basic.signedBytes,
                scheme: .ecdsaSHA256,
                signature: [UInt8](repeating: 1, count: 70),
                certificates: basic.certificates
            )
        },
        Lie("an unknown algorithm") { side, request in
            var bytes = try await side.changed(request)
            let algorithm = SignatureScheme.ecdsaSHA256.algorithmIdentifier
            let start = try #require(bytes.indices.first { bytes[$0...].starts(with: algorithm) })
            bytes[start + algorithm.count - 1] = 0x7F
            return bytes
        },
        Lie("a responder of another CA") { side, request in
            let (other, signer) = (try await StatusBench(), SoftwareSigner(.p256))
            let certificate = try await other.responderCertificate(for: signer.subjectPublicKey)
            return try await side.changed(request, signer: signer, certificates: [certificate])
        },
        Lie("a signature by a certificate of the CA's that is no responder's") { side, request in
            let signer = SoftwareSigner(.p256)
            let application = side.status.bench.application(key: signer.subjectPublicKey)
            let leaf = try await side.status.authority.issue(application).stored.certificate
            return try await side.changed(request, signer: signer, certificates: [leaf])
        },
        Lie("a responder that has expired") { side, request in
            let signer = SoftwareSigner(.p256)
            let certificate = try await side.status.responderCertificate(for: signer.subjectPublicKey, lifetime: 3_600)
            side.status.clock.advance(by: 3_600)
            return try await side.changed(request, signer: signer, certificates: [certificate])
        },
        Lie("no certificate, and not signed by the CA") { side, request in
            let hash = OCSPHash.sha1.hash(side.status.issuer.publicKey.keyBytes)
            return try await side.changed(request, certificates: []) { $0.responderKeyHash = hash }
        },
    ]

    @Test("each is a problem, and the truth after it is none", arguments: Self.lies)
    func isFound(_ lie: Lie) async throws {
        let side = try await PublicSide()
        let good = try await side.status.issue(lifetime: 86_400)
        let revoked = try await side.status.issue(lifetime: 86_400)
        try await side.status.revoke(revoked, .superseded)
        // A revocation may be unseen for a moment.
        side.status.clock.advance(by: 3)
        let check = side.selfCheck()
        await check.look()
        #expect(check.problem == nil)

        let told = side.status.certID((lie.about == .valid ? good : revoked).serialNumber)
        let lies = Counter()
        side.answer { _, request in
            guard request.items == [.certID(told)] else {
                return try await side.status.responder().answer(request).response
            }
            lies.next()
            return try await lie.answer(side, request)
        }
        await check.look()
        #expect(lies.value == 1)
        #expect(check.problem?.hasPrefix("\(lie.about): ") == true, "\(check.problem ?? "none")")

        side.answer(nil)
        await check.look()
        #expect(check.problem == nil)
    }

    @Test("what a lie changes is what makes it one: the same answer unchanged is no problem")
    func unchanged() async throws {
        let side = try await PublicSide()
        _ = try await side.status.issue()
        side.answer { _, request in try await side.changed(request) }
        let check = side.selfCheck()
        await check.look()
        #expect(check.problem == nil && side.asked.all.count == 1)
    }

    @Test("a CA that signs by itself is believed without a certificate")
    func own() async throws {
        let side = try await PublicSide()
        _ = try await side.status.issue()
        side.answer { _, request in try await side.status.responder(delegating: []).answer(request).response }
        let check = side.selfCheck()
        await check.look()
        #expect(check.problem == nil && side.asked.all.count == 1)
    }
}
