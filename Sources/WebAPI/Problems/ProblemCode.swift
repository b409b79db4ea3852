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
    // The registration authority, as `RegistrationError` has them; names of ANS where it has one.
    case agentNotFound = "AGENT_NOT_FOUND"
    case agentRevoked = "AGENT_REVOKED"
    case agentExpired = "AGENT_EXPIRED"
    case notCatalogEligible = "NOT_CATALOG_ELIGIBLE"
    case csrNotFound = "CSR_NOT_FOUND"
    case cardNotFound = "CARD_NOT_FOUND"
    case invalidCard = "INVALID_CARD"
    case malformedCard = "MALFORMED_AGENT_CARD"
    case invalidCardSignature = "CARD_SIGNATURE_INVALID"
    case ansNameTaken = "ANS_NAME_TAKEN"
    case hostTaken = "HOST_TAKEN"
    case tooManyAgents = "TOO_MANY_AGENTS"
    case invalidAgentName = "INVALID_AGENT_NAME"
    case invalidVersionRange = "INVALID_VERSION_RANGE"
    case nameNotAdmitted = "NAME_NOT_ADMITTED"
    case invalidRegistration = "INVALID_REGISTRATION"
    case invalidEndpoint = "INVALID_ENDPOINT"
    case endpointHostMismatch = "ENDPOINT_HOST_MISMATCH"
    case duplicateProtocol = "DUPLICATE_PROTOCOL"
    case invalidDiscoveryProfile = "INVALID_DISCOVERY_PROFILE"
    case invalidIdentityCSR = "INVALID_IDENTITY_CSR"
    case identityRequestNotPermitted = "IDENTITY_CSR_NOT_PERMITTED"
    case invalidServerCSR = "INVALID_SERVER_CSR"
    case invalidServerCertificate = "INVALID_SERVER_CERT"
    case serverCertificatesDisabled = "SERVER_CA_DISABLED"
    case pendingRenewalExists = "PENDING_RENEWAL_EXISTS"
    case renewalNotFound = "RENEWAL_NOT_FOUND"
    case renewalCompleted = "RENEWAL_ALREADY_COMPLETED"
    case invalidRenewalRequest = "INVALID_RENEWAL_REQUEST"
    case serverCertificatesUnavailable = "SERVER_CERTIFICATES_UNAVAILABLE"
    case orderFailed = "CERT_ORDER_FAILED"
    case keyMismatch = "KEY_MISMATCH"
    case policyDenied = "POLICY_DENIED"
    case rateLimited = "RATE_LIMITED"
    case controlNotProven = "CONTROL_NOT_PROVEN"
    case challengeExpired = "CHALLENGE_EXPIRED"
    case caaForbids = "CAA_FORBIDS"
    case dnsUnavailable = "DNS_UNAVAILABLE"
    case recordsNotVerified = "DNS_RECORDS_NOT_VERIFIED"
    case agentEnded = "AGENT_ENDED"
    case agentBusy = "AGENT_BUSY"
    case approvalPending = "APPROVAL_PENDING"
    case cannotCancel = "CANNOT_CANCEL"
    case tooManyRequests = "TOO_MANY_CERTIFICATE_REQUESTS"
    case invalidMessageSignature = "INVALID_MESSAGE_SIGNATURE"
    // Accounts, their keys and tokens.
    case accountNotFound = "ACCOUNT_NOT_FOUND"
    case accountExists = "ACCOUNT_EXISTS"
    case invalidAccount = "INVALID_ACCOUNT"
    case accountSuspended = "ACCOUNT_SUSPENDED"
    case keyRetired = "KEY_RETIRED"
    case keyChangeNotProven = "KEY_CHANGE_NOT_PROVEN"
    case invalidTokenName = "INVALID_TOKEN_NAME"
    case invalidTokenLifetime = "INVALID_TOKEN_LIFETIME"
    case tokenNotFound = "TOKEN_NOT_FOUND"
    // Zones and their records.
    case zoneNotFound = "ZONE_NOT_FOUND"
    case zoneExists = "ZONE_EXISTS"
    case zoneConfigured = "ZONE_CONFIGURED"
    case zoneInUse = "ZONE_IN_USE"
    case invalidZone = "INVALID_ZONE"
    case unknownProvider = "UNKNOWN_PROVIDER"
    case zoneNotAtProvider = "ZONE_NOT_AT_PROVIDER"
    case providerRefused = "PROVIDER_REFUSED"
    case providerUnavailable = "PROVIDER_UNAVAILABLE"
    case providerUnsupported = "PROVIDER_UNSUPPORTED"
    case invalidRecord = "INVALID_RECORD"
    case recordNotOurs = "RECORD_NOT_OURS"
    case recordOfAgent = "RECORD_OF_AGENT"
    case recordConflict = "RECORD_CONFLICT"
    case recordRefused = "RECORD_REFUSED"
    case recordBusy = "RECORD_BUSY"
    // Webhooks.
    case webhookNotFound = "WEBHOOK_NOT_FOUND"
    case deliveryNotFound = "DELIVERY_NOT_FOUND"
    case tooManyWebhooks = "TOO_MANY_WEBHOOKS"
    case webhookInactive = "WEBHOOK_INACTIVE"
    case webhookBusy = "WEBHOOK_BUSY"
    case invalidURL = "INVALID_URL"
    case targetRefused = "TARGET_REFUSED"
    // Verified identities.
    case identityNotFound = "IDENTITY_NOT_FOUND"
    case linkNotFound = "LINK_NOT_FOUND"
    case identifierKindUnsupported = "IDENTIFIER_KIND_UNSUPPORTED"
    case identifierKindMismatch = "IDENTIFIER_KIND_MISMATCH"
    case identifierDuplicate = "IDENTIFIER_DUPLICATE"
    case tooManyIdentities = "TOO_MANY_IDENTITIES"
    case invalidDID = "DID_BAD_FORMAT"
    case didNotResolved = "DID_RESOLUTION_FAILED"
    case didDocumentMismatch = "DID_DOCUMENT_ID_MISMATCH"
    case invalidVerificationMethod = "DID_VERIFICATION_METHOD_INVALID"
    case invalidIdentityProof = "IDENTIFIER_PROOF_INVALID"
    case identitySignatureInvalid = "PRICC_SIGNATURE_INVALID"
    case identityChallengeExpired = "PRICC_TOKEN_EXPIRED"
    case identityChallengeUsed = "PRICC_TOKEN_ALREADY_USED"
    case identityRevoked = "IDENTITY_REVOKED"
    case identityNotVerified = "IDENTITY_NOT_VERIFIED"
    case invalidLinkRequest = "INVALID_LINK_REQUEST"
    case agentNotLinkable = "AGENT_NOT_LINKABLE"
    case logEntryNotFound = "LOG_ENTRY_NOT_FOUND"
    case logUnavailable = "LOG_UNAVAILABLE"
}

extension ProblemCode {
    /// The HTTP status: 400 for what cannot be read, 422 for what can and is refused, 503 for what may be repeated.
    var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .malformedJSON, .unknownMember, .duplicateMember, .missingMember, .invalidMember,
            .invalidQuery, .invalidIdempotencyKey, .malformed, .malformedCSR, .malformedCard:
            .badRequest
        case .unauthenticated, .invalidMessageSignature: .unauthorized
        case .permissionDenied, .policyDenied, .accountSuspended, .keyRetired, .keyChangeNotProven: .forbidden
        case .notFound, .certificateNotFound, .agentNotFound, .csrNotFound, .cardNotFound, .accountNotFound,
            .tokenNotFound:
            .notFound
        case .renewalNotFound, .logEntryNotFound: .notFound
        case .logUnavailable: .serviceUnavailable
        case .pendingRenewalExists: .conflict
        case .invalidServerCSR, .invalidServerCertificate, .serverCertificatesDisabled, .renewalCompleted,
            .invalidRenewalRequest, .orderFailed:
            .unprocessableContent
        case .serverCertificatesUnavailable: .serviceUnavailable
        case .agentRevoked, .agentExpired: .gone
        case .notCatalogEligible: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .zoneNotFound: .notFound
        case .zoneExists, .zoneConfigured, .zoneInUse, .recordNotOurs, .recordOfAgent, .recordConflict, .recordBusy:
            .conflict
        case .invalidZone, .unknownProvider, .zoneNotAtProvider, .providerUnsupported, .invalidRecord, .recordRefused:
            .unprocessableContent
        case .webhookNotFound, .deliveryNotFound: .notFound
        case .webhookInactive, .webhookBusy: .conflict
        case .tooManyWebhooks, .invalidURL, .targetRefused: .unprocessableContent
        case .identityNotFound, .linkNotFound: .notFound
        case .identifierDuplicate, .identityChallengeExpired, .identityChallengeUsed, .identityRevoked,
            .identityNotVerified:
            .conflict
        case .identifierKindUnsupported, .identifierKindMismatch, .tooManyIdentities, .invalidDID, .didNotResolved,
            .didDocumentMismatch, .invalidVerificationMethod, .invalidIdentityProof, .identitySignatureInvalid,
            .invalidLinkRequest, .agentNotLinkable:
            .unprocessableContent
        case .providerRefused: .badGateway
        case .providerUnavailable: .serviceUnavailable
        case .methodNotAllowed: .methodNotAllowed
        case .methodNotImplemented: .notImplemented
        case .notAcceptable: .notAcceptable
        case .requestTimeout: .requestTimeout
        case .requestInProgress, .notOnHold, .ansNameTaken, .hostTaken, .identityRequestNotPermitted, .agentEnded,
            .agentBusy, .approvalPending, .cannotCancel, .accountExists:
            .conflict
        case .contentTooLarge, .csrTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .invalidCSRSignature, .unsupportedCriticalExtension, .unsupportedKey, .weakKey, .invalidName,
            .tooManyNames,
            .missingName, .unknownProfile, .lifetimeNotAdmitted, .keyNotAdmitted, .nameReserved, .lintFailed,
            .idempotencyKeyReused, .invalidCard, .invalidCardSignature,
            .invalidRevocation, .keyBlocked, .invalidProof, .tooManyAgents, .invalidAgentName, .invalidVersionRange,
            .nameNotAdmitted, .invalidRegistration, .invalidEndpoint, .endpointHostMismatch, .duplicateProtocol,
            .invalidDiscoveryProfile, .invalidIdentityCSR, .keyMismatch, .controlNotProven, .challengeExpired,
            .caaForbids,
            .recordsNotVerified, .tooManyRequests, .invalidAccount, .invalidTokenName, .invalidTokenLifetime:
            .unprocessableContent
        case .internalError: .internalServerError
        case .issuerExpired, .signingUnavailable, .overloaded, .storeFailed, .storeUnavailable, .dnsUnavailable:
            .serviceUnavailable
        }
    }

    /// The HTTP status of the same problem in a call of ANS, which has 422 for whatever a request says wrong.
    var ansStatus: HTTPResponse.Status {
        switch self {
        case .unknownMember, .missingMember, .invalidMember, .invalidQuery, .malformed, .malformedCSR:
            .unprocessableContent
        default: self.status
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

    private static let abbreviations: Set<Substring> = [
        "ANS", "CA", "CAA", "CSR", "DID", "DNS", "JSON", "PRICC", "URL",
    ]
}
