// The authority's answers as the public listener takes them.

import CertificateAuthority
import PKIX
import ValidationService

/// The authority's responder as the public listener sees it.
struct StatusResponder: StatusResponding {
    let responder: OCSPResponder

    func answer(_ certID: OCSPCertID, of issuer: Int) async throws -> StatusAnswer {
        try await Self.translate { try await self.responder.answer(certID, of: issuer) }
    }

    func answer(_ request: OCSPRequest) async throws -> StatusAnswer {
        try await Self.translate { try await self.responder.answer(request) }
    }

    private static func translate(_ body: () async throws -> OCSPAnswer) async throws -> StatusAnswer {
        do {
            let answer = try await body()
            return StatusAnswer(
                response: answer.response,
                status: StatusAnswer.Status(answer.outcome),
                producedAt: answer.thisUpdate,
                thisUpdate: answer.thisUpdate,
                nextUpdate: answer.nextUpdate,
                isCacheable: answer.isCacheable
            )
        } catch let error as AuthorityError where error.code == .unavailable || error.code == .overloaded {
            throw StatusUnavailable(retryAfter: error.retryAfter ?? 5)
        }
    }
}

extension StatusAnswer.Status {
    fileprivate init(_ outcome: OCSPAnswer.Outcome) {
        self =
            switch outcome {
            case .good: .good
            case .revoked: .revoked
            case .unknown: .unknown
            case .unauthorized: .unauthorized
            }
    }
}
