// Every code that a problem document can carry, with its HTTP status and title. `openapi.yaml` lists the same ones.

import HTTPTypes

/// The stable code of a problem.
enum ProblemCode: String, Hashable, Sendable, CaseIterable {
    // HTTP.
    case malformedRequest = "MALFORMED_REQUEST"
    case unauthenticated = "UNAUTHENTICATED"
    case permissionDenied = "PERMISSION_DENIED"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case methodNotImplemented = "METHOD_NOT_IMPLEMENTED"
    case notAcceptable = "NOT_ACCEPTABLE"
    case requestTimeout = "REQUEST_TIMEOUT"
    case contentTooLarge = "CONTENT_TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case headersTooLarge = "HEADERS_TOO_LARGE"
    case internalError = "INTERNAL_ERROR"
    // Bodies, queries, headers.
    case malformedJSON = "MALFORMED_JSON"
    case unknownMember = "UNKNOWN_MEMBER"
    case duplicateMember = "DUPLICATE_MEMBER"
    case missingMember = "MISSING_MEMBER"
    case invalidMember = "INVALID_MEMBER"
    case invalidQuery = "INVALID_QUERY"
    case invalidIdempotencyKey = "INVALID_IDEMPOTENCY_KEY"
    // Certificate requests, as `PKIXError` has them.
    case malformed = "MALFORMED"
    case malformedCSR = "MALFORMED_CSR"
    case csrTooLarge = "CSR_TOO_LARGE"
    case invalidCSRSignature = "INVALID_CSR_SIGNATURE"
    case unsupportedCriticalExtension = "UNSUPPORTED_CRITICAL_EXTENSION"
    case unsupportedKey = "UNSUPPORTED_KEY"
    case weakKey = "WEAK_KEY"
    case invalidName = "INVALID_NAME"
    case tooManyNames = "TOO_MANY_NAMES"
    case missingName = "MISSING_NAME"
    // The authority, as `AuthorityError` has them.
    case unknownProfile = "UNKNOWN_PROFILE"
    case lifetimeNotAdmitted = "LIFETIME_NOT_ADMITTED"
    case keyNotAdmitted = "KEY_NOT_ADMITTED"
    case nameReserved = "NAME_RESERVED"
    case lintFailed = "LINT_FAILED"
    case certificateNotFound = "CERTIFICATE_NOT_FOUND"
    case idempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED"
    case requestInProgress = "REQUEST_IN_PROGRESS"
    case invalidRevocation = "INVALID_REVOCATION"
    case keyBlocked = "KEY_BLOCKED"
    case notOnHold = "NOT_ON_HOLD"
    case invalidProof = "INVALID_PROOF"
    case issuerExpired = "ISSUER_EXPIRED"
    case signingUnavailable = "SIGNING_UNAVAILABLE"
    case overloaded = "OVERLOADED"
    case storeFailed = "STORE_FAILED"
    case storeUnavailable = "STORE_UNAVAILABLE"
}

extension ProblemCode {
    /// The HTTP status: 400 for what cannot be read, 422 for what can and is refused, 503 for what may be repeated.
    var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .malformedJSON, .unknownMember, .duplicateMember, .missingMember, .invalidMember,
            .invalidQuery, .invalidIdempotencyKey, .malformed, .malformedCSR:
            .badRequest
        case .unauthenticated: .unauthorized
        case .permissionDenied: .forbidden
        case .notFound, .certificateNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .methodNotImplemented: .notImplemented
        case .notAcceptable: .notAcceptable
        case .requestTimeout: .requestTimeout
        case .requestInProgress, .notOnHold: .conflict
        case .contentTooLarge, .csrTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .invalidCSRSignature, .unsupportedCriticalExtension, .unsupportedKey, .weakKey, .invalidName,
            .tooManyNames,
            .missingName, .unknownProfile, .lifetimeNotAdmitted, .keyNotAdmitted, .nameReserved, .lintFailed,
            .idempotencyKeyReused,
            .invalidRevocation, .keyBlocked, .invalidProof:
            .unprocessableContent
        case .internalError: .internalServerError
        case .issuerExpired, .signingUnavailable, .overloaded, .storeFailed, .storeUnavailable: .serviceUnavailable
        }
    }

    /// A summary for people that is the same for every occurrence (RFC 9457 §3.1.3): the code in words.
    var title: String {
        let words = self.rawValue.split(separator: "_").map {
            Self.abbreviations.contains($0) ? String($0) : $0.lowercased()
        }
        let sentence = words.joined(separator: " ")
        return sentence.prefix(1).uppercased() + sentence.dropFirst()
    }

    /// The problem's type (RFC 9457 §3.1.1): a name, not an address.
    var type: String { "urn:signet:problem:" + self.rawValue.lowercased().replacing("_", with: "-") }

    private static let abbreviations: Set<Substring> = ["CSR", "JSON"]
}
