// The one total function from errors to problems. What is not named here shows nothing of itself to the caller.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import JSON
import NIOHTTP1
import PKIX
import RegistrationAuthority
import TransparencyLog
import Verification

extension Problem {
    /// The problem that an error is to the caller.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as PKIXError: self.init(error)
        case let error as JSONError: self.init(named: error.code.rawValue, error.reason)
        case let error as AuthorityError: self.init(error)
        case let error as RegistrationError: self.init(error)
        case let error as IssuingFailure:
            self.init(error)
        case let error as VerificationError:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.code == .overloaded ? 5 : nil)
        case let error as LogError: self.init(error)
        case let error as HTTPError: self.init(error)
        case is SlowBodyError: self.init(.requestTimeout, "the body did not come in time")
        case is HTTPParserError: self.init(.malformedRequest, "the request is not well-formed HTTP/1.1 (RFC 9112)")
        default: self = .unknown
        }
    }

    /// What a caller sees of an error that nobody foresaw.
    static let unknown = Problem(
        .internalError,
        "the request failed here, not with you; whoever runs this service finds the reason in the log by X-Request-Id"
    )

    private init(_ error: PKIXError) {
        switch error.code {
        case .malformedCSR, .csrTooLarge, .invalidCSRSignature, .unsupportedCriticalExtension, .unsupportedKey,
            .weakKey,
            .invalidName, .tooManyNames, .missingName, .malformed:
            self.init(named: error.code.rawValue, error.reason)
        default:
            self = .unknown
        }
    }

    private init(_ error: AuthorityError) {
        switch error.code {
        case .unknownProfile, .lifetimeNotAdmitted, .keyNotAdmitted, .nameReserved, .lintFailed, .notFound,
            .idempotencyKeyReused,
            .requestInProgress, .invalidRevocation, .keyBlocked, .notOnHold, .invalidProof, .invalidQuery, .unavailable,
            .overloaded, .issuerExpired:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.retryAfter)
        case .storeFailed:
            self.init(
                .storeFailed,
                "the store did not confirm the change, which may have been made; ask again, with the same Idempotency-Key",
                headers: .retryAfter(error.retryAfter ?? 5)
            )
        default:
            self = .unknown
        }
    }

    private init(_ error: RegistrationError) {
        switch error.code {
        case .unauthenticated:
            self.init(
                .unauthenticated,
                error.reason,
                headers: [.wwwAuthenticate: Bearer.challenge(error: "invalid_token")]
            )
        case .permissionDenied:
            self.init(.permissionDenied, error.reason)
        case .rateLimited:
            var headers = HTTPFields.rateLimit(error.verdict)
            headers[.retryAfter] = headers[.retryAfter] ?? String(error.retryAfter ?? 1)
            self.init(.rateLimited, error.reason, headers: headers)
        case .storeUnavailable:
            self.init(.storeUnavailable, error.reason, headers: .retryAfter(1))
        case .dnsUnavailable, .agentBusy, .overloaded:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.retryAfter ?? 2)
        case .agentRevoked, .agentExpired, .notCatalogEligible:
            self.init(named: error.code.rawValue, error.reason)
        case .zoneNotFound, .zoneExists, .zoneConfigured, .zoneInUse, .invalidZone, .unknownProvider,
            .zoneNotAtProvider, .providerRefused, .providerUnavailable, .providerUnsupported, .invalidRecord,
            .recordNotOurs, .recordOfAgent, .recordConflict, .recordRefused, .recordBusy:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.retryAfter)
        case .webhookNotFound, .deliveryNotFound, .tooManyWebhooks, .webhookInactive, .webhookBusy, .invalidURL,
            .targetRefused:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.retryAfter)
        case .identityNotFound, .linkNotFound, .identifierKindUnsupported, .identifierKindMismatch,
            .identifierDuplicate, .tooManyIdentities, .invalidDID, .didNotResolved, .didDocumentMismatch,
            .invalidVerificationMethod, .invalidIdentityProof, .identitySignatureInvalid, .identityChallengeExpired,
            .identityChallengeUsed, .identityRevoked, .identityNotVerified, .invalidLinkRequest, .agentNotLinkable:
            self.init(named: error.code.rawValue, error.reason)
        case .invalidServerCSR, .invalidServerCertificate, .serverCertificatesDisabled, .pendingRenewalExists,
            .renewalNotFound, .renewalCompleted, .invalidRenewalRequest:
            self.init(named: error.code.rawValue, error.reason)
        case .recordsNotVerified:
            self.init(.recordsNotVerified, error.reason, members: error.comparison?.json ?? [])
        case .cardNotFound, .invalidCard, .malformedCard, .invalidCardSignature:
            self.init(named: error.code.rawValue, error.reason)
        case .missingMember, .invalidMember, .agentNotFound, .ansNameTaken, .hostTaken, .tooManyAgents,
            .invalidAgentName,
            .invalidVersionRange, .nameNotAdmitted, .invalidRegistration, .invalidEndpoint, .endpointHostMismatch,
            .duplicateProtocol, .invalidDiscoveryProfile, .invalidIdentityCSR, .identityRequestNotPermitted,
            .keyMismatch,
            .policyDenied, .controlNotProven, .challengeExpired, .caaForbids, .agentEnded,
            .approvalPending,
            .cannotCancel, .tooManyRequests, .accountNotFound, .accountExists, .invalidAccount, .accountSuspended,
            .keyRetired,
            .keyChangeNotProven, .keyBlocked, .invalidTokenName, .invalidTokenLifetime, .tokenNotFound:
            self.init(named: error.code.rawValue, error.reason, retryAfter: error.retryAfter)
        default:
            self = .unknown
        }
    }

    /// What those who issue or obtain certificates say; public CAs have codes of their own.
    private init(_ failure: IssuingFailure) {
        let retryAfter: HTTPFields = failure.isTransient ? .retryAfter(5) : [:]
        if let code = ProblemCode(rawValue: failure.code) {
            self.init(code, failure.reason, headers: retryAfter)
        } else {
            let code: ProblemCode = failure.isTransient ? .serverCertificatesUnavailable : .orderFailed
            self.init(code, "\(failure.code): \(failure.reason)", headers: retryAfter)
        }
    }

    /// What the transparency log says; a log that contradicts itself is no business of callers.
    private init(_ error: LogError) {
        switch error.code {
        case .malformedQuery: self.init(.invalidQuery, error.reason)
        case .outOfRange, .notFound: self.init(.logEntryNotFound, error.reason)
        case .unavailable, .overloaded, .storageFailed:
            self.init(.logUnavailable, "the log cannot say now; ask again", headers: .retryAfter(2))
        default: self = .unknown
        }
    }

    /// What Hummingbird itself refuses.
    private init(_ error: HTTPError) {
        switch error.status {
        case .notFound: self.init(.notFound, "nothing is at this path; GET /openapi.yaml lists what is")
        case .contentTooLarge: self = .contentTooLarge
        case .badRequest: self.init(.malformedRequest, "the request cannot be read")
        default: self = .unknown
        }
    }

    /// A problem whose code is that of the error.
    private init(named code: String, _ reason: String, retryAfter: Int? = nil) {
        guard let code = ProblemCode(rawValue: code) else {
            self = .unknown
            return
        }
        self.init(code, reason, headers: retryAfter.map { .retryAfter($0) } ?? [:])
    }

    /// The answer to more than ``Budget/bodyBytes``.
    static let contentTooLarge = Problem(.contentTooLarge, "a body has at most \(Budget.bodyBytes) octets")
}

extension HTTPFields {
    /// When to come back, in seconds (RFC 9110 §10.2.3).
    static func retryAfter(_ seconds: Int) -> HTTPFields { [.retryAfter: String(seconds)] }
}
