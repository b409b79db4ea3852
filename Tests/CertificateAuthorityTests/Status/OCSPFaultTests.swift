import Crypto
import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@testable import CertificateAuthority

@Suite("OCSP while something fails")
struct OCSPFaultTests {
    @Test("nextUpdate is the responder's last second at the latest, and after that nothing is answered")
    func responderEnds() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder(lifetime: 86_400)
        let request = status.request(try await status.issue().serialNumber)
        status.clock.set(responder.notAfter + -3_601)
        #expect(try await status.responder().answer(request).nextUpdate == responder.notAfter + -1)
        for left in [3_600, 3_599, 1] as [Int64] {
            status.clock.set(responder.notAfter + -left)
            let answer = try await status.responder().answer(request)
            _ = try basic(answer, from: responder, at: status.clock.time)
            #expect(answer.nextUpdate == responder.notAfter)
        }
        for _ in 0..<2 {
            status.clock.advance(by: 1)
            let error = await #expect(throws: AuthorityError.self) {
                try await status.responder().answer(request)
            }
            #expect(error?.code == .unavailable && error?.retryAfter == 60)
        }
    }

    @Test("a responder signs nothing before its certificate begins")
    func responderBegins() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        let request = status.request(try await status.issue().serialNumber)
        status.clock.set(responder.notBefore + -1)
        let signed = status.responderSigner.signed.count
        await #expect(throws: AuthorityError(.lintFailed, "")) { try await status.responder().answer(request) }
        #expect(status.responderSigner.signed.count == signed)
    }

    @Test("a CA whose responder has no certificate yet answers later")
    func noResponder() async throws {
        let status = try await StatusBench()
        let request = status.request(try await status.issue().serialNumber)
        let error = await #expect(throws: AuthorityError.self) { try await status.responder().answer(request) }
        #expect(error?.code == .unavailable && error?.retryAfter == 5)
        try await status.installResponder()
        #expect(try await status.responder().answer(request).outcome == .good)
    }

    @Test("a CA that does not delegate signs by itself and sends no certificate along")
    func own() async throws {
        let status = try await StatusBench()
        let request = status.request(try await status.issue().serialNumber)
        let answer = try await status.responder(delegating: []).answer(request)
        _ = try basic(answer, from: DelegatedResponder(status.issuer), at: status.clock.time)
    }

    static let failures: [(any Error, AuthorityError.Code, Int)] = [
        (SigningError(.unavailable, "away", retryAfter: .seconds(7)), .unavailable, 7),
        (SigningError(.keyNotFound, "gone"), .unavailable, 5),
        (SigningError(.overloaded, "full", retryAfter: .seconds(2)), .overloaded, 2),
        (NotAnswered(), .unavailable, 5),
    ]

    @Test("a signer that fails says when to come back, and is asked again", arguments: Self.failures.indices)
    func signerFails(_ index: Int) async throws {
        let (failure, code, retryAfter) = Self.failures[index]
        let status = try await StatusBench()
        try await status.installResponder()
        let request = status.request(try await status.issue().serialNumber)
        status.responderSigner.behave(.fail(failure))
        let error = await #expect(throws: AuthorityError.self) { try await status.responder().answer(request) }
        #expect(error?.code == code && error?.retryAfter == retryAfter)
        status.responderSigner.behave(.sign)
        #expect(try await status.responder().answer(request).outcome == .good)
    }

    @Test(
        "a signature that does not verify never leaves",
        arguments: [.signWithAnotherKey, .answer([]), .answer([0x30, 0]), .answer([UInt8](repeating: 1, count: 70))]
            as [SoftwareSigner.Behaviour]
    )
    func wrongSignature(_ behaviour: SoftwareSigner.Behaviour) async throws {
        let status = try await StatusBench()
        try await status.installResponder()
        let request = status.request(try await status.issue().serialNumber)
        status.responderSigner.behave(behaviour)
        await #expect(throws: AuthorityError(.verificationFailed, "")) {
            try await status.responder().answer(request)
        }
    }

    @Test("while the store is away nothing is said, not even of what it knew")
    func storeFails() async throws {
        let status = try await StatusBench()
        try await status.installResponder()
        let serial = try await status.issue().serialNumber
        let signed = status.responderSigner.signed.count
        status.store.isAway(true)
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await status.responder().answer(status.request(serial))
        }
        await #expect(throws: AuthorityError(.storeFailed, "")) {
            try await status.responder().answer(status.certID(serial), of: 0)
        }
        #expect(status.responderSigner.signed.count == signed)
        status.store.isAway(false)
        #expect(try await status.responder().answer(status.request(serial)).outcome == .good)
    }

    @Test("a validity beyond what the rules admit is refused before anything is signed")
    func validity() async throws {
        let status = try await StatusBench()
        try await status.installResponder()
        let request = status.request(try await status.issue().serialNumber)
        let signed = status.responderSigner.signed.count
        await #expect(throws: AuthorityError(.lintFailed, "")) {
            try await status.responder(OCSPPolicy(validity: 11 * 86_400)).answer(request)
        }
        #expect(status.responderSigner.signed.count == signed)
    }
}

@Suite("Delegated OCSP responders")
struct DelegatedResponderTests {
    @Test("a responder's certificate with its key makes a responder")
    func fits() async throws {
        let status = try await StatusBench()
        let responder = try await status.installResponder()
        #expect(responder.attached == [responder.certificate])
        #expect(responder.keyHash == OCSPHash.sha1.hash(status.responderSigner.subjectPublicKey.keyBytes))
        #expect(responder.notAfter.secondsSinceEpoch - responder.notBefore.secondsSinceEpoch == 30 * 86_400 - 1)
    }

    @Test("without OCSPSigning in the extended key usage, with another key, or as garbage it makes none")
    func unfit() async throws {
        let status = try await StatusBench()
        let signer = SoftwareSigner(.p256)
        let responder = try await status.responderCertificate(for: signer.subjectPublicKey)
        let application = status.bench.application(key: signer.subjectPublicKey)
        let leaf = try await status.authority.issue(application).stored.certificate
        _ = try DelegatedResponder(certificate: responder, signer: signer)
        let cases: [([UInt8], SoftwareSigner)] = [
            (leaf, signer), (status.issuer.certificateBytes, status.bench.signer), (responder, SoftwareSigner(.p256)),
            (Array(responder.dropLast()), signer), ([], signer),
        ]
        for (certificate, signer) in cases {
            #expect(throws: AuthorityError(.invalidHierarchy, "")) {
                try DelegatedResponder(certificate: certificate, signer: signer)
            }
        }
    }

    @Test("the register gives each CA its own responder, the last one installed")
    func register() async throws {
        let status = try await StatusBench()
        let first = try await status.installResponder()
        #expect(status.responders.responder(of: "agents")?.certificate == first.certificate)
        #expect(status.responders.responder(of: "batch") == nil)
        let second = try await status.installResponder()
        #expect(first.certificate != second.certificate)
        #expect(status.responders.responder(of: "agents")?.certificate == second.certificate)
    }

    @Test("a key in memory signs OCSP responses alone")
    func memorySigner() async throws {
        let signer = try MemorySigner(.init())
        let signature = try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA256)
        let verifier = try IndependentVerifier(issuerKey: signer.subjectPublicKey)
        try verifier.check(signature, over: [1, 2, 3], scheme: .ecdsaSHA256)
        await #expect(throws: AuthorityError(.invalidHierarchy, "")) {
            try await signer.signature(for: [1, 2, 3], scheme: .ecdsaSHA384)
        }
        await #expect(throws: AuthorityError(.invalidHierarchy, "")) {
            try await signer.signature(overDigest: [UInt8](repeating: 0, count: 32), scheme: .ecdsaSHA256)
        }
    }
}
