// Errors of Route 53, in both layouts: `ErrorResponse` of all calls, and `InvalidChangeBatch` with a list of messages.

import OutboundHTTP

/// What Route 53 says when it does not do what it was asked.
struct Route53Refusal: Sendable {
    let status: Int
    let code: String?
    let messages: [String]

    init(_ answer: HTTPAnswer) {
        self.status = answer.status
        let document = Route53Element(document: answer.body)
        if let document, document.name == "InvalidChangeBatch" {
            self.code = document.name
            self.messages = document["Messages"]?.all("Message").map(\.text) ?? []
        } else {
            let error = document?["Error"]
            self.code = error?["Code"]?.text
            self.messages = error?["Message"].map { [$0.text] } ?? []
        }
    }

    /// Whether the sets are not what the batch was made for, or another change of the zone is under way.
    var isStale: Bool {
        if self.code == "PriorRequestNotComplete" { return true }
        guard self.code == "InvalidChangeBatch" || self.code == "InvalidInput" else { return false }
        let phrases = ["already exists", "was not found", "do not match the current values", "does not match"]
        return !self.messages.isEmpty
            && self.messages.allSatisfy { message in phrases.contains { message.contains($0) } }
    }

    /// As callers see it.
    var failure: ProviderFailure {
        let words = ([self.code].compactMap { $0 } + self.messages).joined(separator: ": ")
        return ProviderFailure(
            self.kind,
            "Route 53 answered \(self.status): \(words.isEmpty ? "no reason given" : words)"
        )
    }

    private static let kinds: [String: ProviderFailure.Kind] = [
        "Throttling": .rateLimited, "ThrottlingException": .rateLimited, "RequestLimitExceeded": .rateLimited,
        "TooManyRequestsException": .rateLimited, "SlowDown": .rateLimited, "PriorRequestNotComplete": .rateLimited,
        "NoSuchHostedZone": .noSuchZone,
        "AccessDenied": .unauthorized, "AccessDeniedException": .unauthorized, "InvalidClientTokenId": .unauthorized,
        "SignatureDoesNotMatch": .unauthorized, "ExpiredToken": .unauthorized, "RequestExpired": .unauthorized,
        "UnrecognizedClientException": .unauthorized, "IncompleteSignature": .unauthorized,
        "MissingAuthenticationToken": .unauthorized, "OptInRequired": .unauthorized,
        "LimitsExceeded": .quotaExceeded,
        "ServiceUnavailable": .unavailable, "InternalFailure": .unavailable, "InternalError": .unavailable,
    ]

    private var kind: ProviderFailure.Kind {
        if let code, let known = Self.kinds[code] { return known }
        let isConflict = self.messages.contains { $0.contains("conflicts with other records") }
        return isConflict ? .conflict : ProviderFailure.Kind(status: self.status)
    }
}
