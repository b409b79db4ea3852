// All lints for OCSP responses, and the token that only they can make.

/// The rules that every response is held against before it is signed.
public enum OCSPLintSet {
    /// Runs every lint over the bytes of a `ResponseData`.
    ///
    /// - Returns: the proof that nothing forbids signing these bytes, with the warnings found.
    /// - Throws: ``LintRejection`` when a rule of severity `error` is broken or the bytes are no `ResponseData`.
    public static func examine(
        responseData: [UInt8],
        context: OCSPLintContext
    ) throws(LintRejection) -> OCSPSigningToken {
        let response: LintedOCSPResponse
        do {
            response = try LintedOCSPResponse(responseData: responseData, context: context)
        } catch {
            throw LintRejection(unreadable: "response_data_parses", citation: "RFC 6960 §4.2.1", error)
        }
        let findings = self.findings(for: response)
        guard !findings.contains(where: { $0.severity == .error }) else { throw LintRejection(findings: findings) }
        return OCSPSigningToken(responseData: responseData, scheme: context.scheme, warnings: findings)
    }

    /// What every lint finds, in the order of ``all``.
    public static func findings(for response: LintedOCSPResponse) -> [LintFinding] {
        self.all.compactMap { lint in
            lint.check(response).map {
                LintFinding(lint: lint.name, citation: lint.citation, severity: lint.severity, reason: $0)
            }
        }
    }

    /// Every lint.
    public static let all: [OCSPLint] = [
        .responderIsNamedByKey,
        .responderKeyHashIsTheResponders,
        .responseHasAnAnswer,
        .certificatesAreAnsweredOnce,
        .nextUpdateIsPresent,
        .nextUpdateIsAfterThisUpdate,
        .thisUpdateIsNotAfterProducedAt,
        .producedAtIsNotInTheFuture,
        .responseTimesHaveNoFractions,
        .answersAreValidForAtMost10Days,
        .answersEndWithTheResponder,
        .responderIsValidAtProducedAt,
        .revocationTimeIsNotInTheFuture,
        .revocationReasonIsAReason,
        .revocationReasonIsNotUnspecified,
        .nonIssuedAnswersHaveExtendedRevoke,
        .nonceIs1To128Octets,
        .responseExtensionsAreNotCritical,
    ]
}

/// The right to sign one response once: only ``OCSPLintSet/examine(responseData:context:)`` makes it.
public struct OCSPSigningToken: ~Copyable, Sendable {
    /// The bytes to sign.
    public let responseData: [UInt8]
    /// The scheme to sign with.
    public let scheme: SignatureScheme
    /// Rules of severity `warning` that the response breaks.
    public let warnings: [LintFinding]

    fileprivate init(responseData: [UInt8], scheme: SignatureScheme, warnings: [LintFinding]) {
        self.responseData = responseData
        self.scheme = scheme
        self.warnings = warnings
    }
}

extension LintRejection {
    /// Rejects bytes that cannot be read at all.
    init(unreadable lint: String, citation: String, _ error: PKIXError) {
        self.init(findings: [
            LintFinding(
                lint: lint,
                citation: citation,
                severity: .error,
                reason: "the to-be-signed bytes cannot be read: \(error.reason)"
            )
        ])
    }
}
