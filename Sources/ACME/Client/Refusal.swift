// What an answer that is no success means.

import JSON
import OutboundHTTP
import PKIX

/// An answer of 300 and above.
struct Refusal {
    /// What to throw.
    let error: ACMEError

    init(_ answer: HTTPAnswer, now: CertificateTime) {
        let document = Self.document(answer)
        let problem = document ?? ACMEProblem(type: "about:blank", detail: "", status: answer.status)
        self.error = ACMEError(
            Self.code(answer.status, document),
            document?.explanation ?? "the CA answered with status \(answer.status) and no problem document",
            problem: problem,
            retryAt: Self.retryAt(answer, problem, now)
        )
    }

    private static func code(_ status: Int, _ document: ACMEProblem?) -> ACMEError.Code {
        switch document?.kind {
        case "badNonce": return .nonceRejected
        case "rateLimited": return .rateLimited
        case "accountDoesNotExist": return .noSuchAccount
        case "userActionRequired", "externalAccountRequired": return .actionRequired
        case "serverInternal": return .unavailable
        default: break
        }
        switch status {
        case 429: return .rateLimited
        case 500...: return .unavailable
        // A redirect is not followed: the signature is over the address that was asked (RFC 8555 §6.2, §6.4).
        case ..<400: return .malformedAnswer
        // 408: the CA did not get the request in time.
        case 408: return .unavailable
        // RFC 8555 §6.7: refusals come with problem documents. Without one it was not the CA's ACME server that refused, but
        // what stands before it.
        default: return document == nil ? .malformedAnswer : .refused
        }
    }

    private static func document(_ answer: HTTPAnswer) -> ACMEProblem? {
        let isJSON = ["application/problem+json", "application/json"].contains(answer.mediaType ?? "")
        let value = isJSON ? try? JSONReader.read(answer.body, within: Budget.documentLimits) : nil
        guard let problem = value.flatMap({ ACMEProblem($0) }) else { return nil }
        return ACMEProblem(
            type: problem.type,
            detail: problem.detail,
            status: answer.status,
            identifier: problem.identifier,
            subproblems: problem.subproblems,
            instance: problem.instance
                ?? (problem.kind == "userActionRequired" ? answer.links("terms-of-service").first : nil)
        )
    }

    /// From the field, or from the words that Let's Encrypt ends its explanation with: "retry after 2026-01-02 03:04:05
    /// UTC".
    private static func retryAt(
        _ answer: HTTPAnswer,
        _ problem: ACMEProblem,
        _ now: CertificateTime
    ) -> CertificateTime? {
        if let seconds = answer.retryAfter(now: now) { return now + seconds }
        guard let range = problem.detail.firstRange(of: "retry after ") else { return nil }
        let text = problem.detail[range.upperBound...].prefix(19)
        guard let time = InstantText.rfc3339(text + "Z") else { return nil }
        return min(max(time, now), now + Budget.longestRetryAfter)
    }
}
