// What went wrong with a call, in words that say what to do.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

extension APIClient {
    /// The error that an answer is.
    func refusal(_ answer: APIAnswer) -> AgentClientError {
        let isProblem = answer.mediaType == "application/problem+json"
        let problem = ProblemDocument(
            status: answer.status,
            body: isProblem ? answer.body : [],
            requestID: answer.requestID
        )
        let advice =
            switch (answer.status, problem.code) {
            case (401, "INVALID_MESSAGE_SIGNATURE"): "; the agent may have another key by now"
            case (401, _): "; check the API token"
            case (403, nil), (403, "PERMISSION_DENIED"): "; the API token's role does not admit this"
            case (300..<400, _): "; redirects are not followed, correct the API address"
            case (404, _) where !isProblem: "; is this the address of a Signet management API?"
            default: answer.retryAfter.map { "; try again in \($0.components.seconds) s" } ?? ""
            }
        return AgentClientError(
            .refused,
            "\(self.configuration.address) refused: \(problem.summary)\(advice)",
            problem: problem
        )
    }

    /// The error that a failed exchange is.
    func failure(_ error: any Error, of call: APICall) -> AgentClientError {
        let address = self.configuration.address
        switch error {
        case let error as AgentClientError: return error
        case is NIOSSLExtraError:
            return AgentClientError(
                .untrustedServer,
                "the TLS certificate of \(address) is not for this host: \(error); use the host name that it carries"
            )
        case is NIOSSLError, is BoringSSLError:
            return AgentClientError(
                .untrustedServer,
                "no trusted TLS connection to \(address): \(Self.reason(of: error)); check --root and the address"
            )
        case let error as HTTPClientError where Self.timeouts.contains(error):
            return AgentClientError(
                .timedOut,
                "\(address) did not answer \(call.method) within \(self.configuration.timeout.components.seconds) s"
            )
        case let error as HTTPClientError where error == .cancelled:
            return AgentClientError(.connectionFailed, "cancelled")
        default:
            return AgentClientError(
                .connectionFailed,
                "cannot reach \(address): \(Self.reason(of: error)); is it running, and is the address right?"
            )
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout,
    ]

    /// An error in words: where it stands in a JSON document, or what it says of itself.
    static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context): "\(self.path(context)) lacks '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(self.path(context)) has a value of another type"
        case DecodingError.dataCorrupted(let context): "\(self.path(context)) is malformed"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "it closed the connection unanswered"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError: self.reason(of: error)
        default: "\(error)"
        }
    }

    private static func reason(of error: NIOConnectionError) -> String {
        guard let failure = error.connectionErrors.first else { return "the host name \(error.host) does not resolve" }
        return self.reason(of: failure.error)
    }

    private static func path(_ context: DecodingError.Context) -> String {
        guard !context.codingPath.isEmpty else { return "the document" }
        return context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
