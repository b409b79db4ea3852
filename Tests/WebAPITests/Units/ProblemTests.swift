import AuditLog
import CertificateAuthority
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import PKIX
import RegistrationAuthority
import Testing

@testable import WebAPI

@Suite("Problems")
struct ProblemTests {
    private static let pkix: [PKIXError.Code] = [
        .malformedCSR, .csrTooLarge, .invalidCSRSignature, .unsupportedCriticalExtension, .unsupportedKey, .weakKey,
        .invalidName, .tooManyNames, .missingName, .malformed,
    ]
    private static let authority: [AuthorityError.Code] = [
        .unknownProfile, .lifetimeNotAdmitted, .keyNotAdmitted, .nameReserved, .lintFailed, .notFound,
        .idempotencyKeyReused,
        .requestInProgress, .invalidRevocation, .invalidQuery, .unavailable, .overloaded, .storeFailed, .issuerExpired,
        .keyBlocked, .notOnHold, .invalidProof,
    ]

    @Test("errors of the modules below keep their codes")
    func keepsCodes() {
        for code in Self.pkix { #expect(Problem(PKIXError(code, "why")).code.rawValue == code.rawValue) }
        for code in Self.authority { #expect(Problem(AuthorityError(code, "why")).code.rawValue == code.rawValue) }
        for code in [RegistrationError.Code.unauthenticated, .permissionDenied, .storeUnavailable] {
            #expect(Problem(RegistrationError(code, "why")).code.rawValue == code.rawValue)
        }
    }

    @Test("what is ours alone, and what nobody foresaw, shows nothing")
    func hidesInsides() {
        struct Surprise: Error {}
        let errors: [any Error] = [
            PKIXError(.invalidDefinition, "secret"), AuthorityError(.verificationFailed, "secret"),
            AuthorityError(.invalidHierarchy, "secret"), AuthorityError(.ceremonyFailed, "secret"),
            RegistrationError(.tokenExists, "secret"), HTTPError(.internalServerError, message: "secret"), Surprise(),
            CancellationError(),
        ]
        for error in errors {
            #expect(Problem(error) == .unknown)
            #expect(!String(decoding: Problem(error).document.serialized, as: UTF8.self).contains("secret"))
        }
        #expect(!Problem(AuthorityError(.storeFailed, "secret")).detail.contains("secret"))
    }

    @Test("a document has type, title, status, detail and code", arguments: ProblemCode.allCases)
    func writes(_ code: ProblemCode) throws {
        let problem = Problem(code, "a \"detail\"")
        let json = try JSONSerialization.jsonObject(with: Data(problem.document.serialized)) as? [String: Any]
        #expect(json?.count == 5)
        #expect(json?["code"] as? String == code.rawValue)
        #expect(json?["status"] as? Int == problem.response.status.code)
        #expect((400...599).contains(problem.response.status.code))
        #expect((json?["type"] as? String)?.hasPrefix("urn:signet:problem:") == true)
        #expect((json?["title"] as? String)?.isEmpty == false)
        #expect(json?["detail"] as? String == "a \"detail\"")
    }

    @Test("titles are the codes in words")
    func writesTitles() {
        #expect(ProblemCode.malformedCSR.title == "Malformed CSR")
        #expect(ProblemCode.certificateNotFound.type == "urn:signet:problem:certificate-not-found")
    }
}

@Suite("Progress of requests")
struct RequestProgressTests {
    @Test("a connection waits for a head, a body, its answer, and the next request")
    func passesPhases() {
        var progress = RequestProgress()
        #expect(progress.phase == .firstHead)
        progress.receivedHead()
        #expect(progress.phase == .body)
        #expect(progress.answersEarly)
        progress.receivedEnd()
        #expect(progress.phase == .answer)
        #expect(!progress.answersEarly)
        progress.wroteAnswer()
        #expect(progress.phase == .answer)
        progress.answerLeft()
        #expect(progress.phase == .keptAlive)
        progress.drain()
        #expect(progress.phase == .draining)
    }

    @Test("an answer to an earlier request is not early because the next body comes in")
    func knowsPipelining() {
        var progress = RequestProgress()
        progress.receivedHead()
        progress.receivedEnd()
        progress.receivedHead()
        #expect(!progress.answersEarly)
        progress.wroteAnswer()
        progress.answerLeft()
        #expect(progress.answersEarly)
        #expect(progress.phase == .body)
    }

    @Test("an answer that no request waits for is not expected")
    func countsAnswers() {
        var progress = RequestProgress()
        #expect(!progress.expectsAnswer)
        progress.receivedHead()
        #expect(progress.expectsAnswer)
        progress.wroteAnswer()
        #expect(!progress.expectsAnswer)
        progress.receivedEnd()
        progress.receivedHead()
        #expect(progress.expectsAnswer)
        progress.drain()
        #expect(!progress.expectsAnswer)
    }
}
