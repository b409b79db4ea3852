// All lints for CRLs, and the token that only they can make.

/// The rules that every CRL is held against before it is signed.
public enum CRLLintSet {
    /// Runs every lint over the octets around a list's entries and over what the check of the entries saw.
    ///
    /// - Returns: the proof that nothing forbids signing the octets around just these entries, with the warnings found.
    /// - Throws: ``LintRejection`` when a rule of severity `error` is broken or the octets are no `TBSCertList`.
    public static func examine(
        encoding: CRLEncoding,
        entries: CRLEntryCheck,
        context: CRLLintContext
    ) throws(LintRejection) -> CRLSigningToken {
        let crl: LintedCRL
        do {
            crl = try LintedCRL(encoding: encoding, entries: entries, context: context)
        } catch {
            throw LintRejection(unreadable: "tbs_cert_list_parses", citation: "RFC 5280 §5.1", error)
        }
        let findings = self.findings(for: crl)
        guard !findings.contains(where: { $0.severity == .error }) else { throw LintRejection(findings: findings) }
        return CRLSigningToken(encoding: encoding, entryCount: entries.count, warnings: findings)
    }

    /// What every lint finds, in the order of ``all``.
    public static func findings(for crl: LintedCRL) -> [LintFinding] {
        self.all.compactMap { lint in
            lint.check(crl).map {
                LintFinding(lint: lint.name, citation: lint.citation, severity: lint.severity, reason: $0)
            }
        }
    }

    /// Every lint.
    public static let all: [CRLLint] = [
        .crlVersionIsV2,
        .crlSignatureIsTheIssuersScheme,
        .crlIssuerIsTheCASubject,
        .crlNextUpdateIsPresent,
        .crlNextUpdateIsAfterThisUpdate,
        .crlThisUpdateIsNotInTheFuture,
        .crlIsValidForAtMostItsBound,
        .crlTimesTakeTheFormOfTheirYear,
        .crlDoesNotOutliveItsIssuer,
        .crlNumberIsPresent,
        .crlNumberRises,
        .crlNumberIsNotCritical,
        .crlAuthorityKeyIdentifierIsTheIssuers,
        .crlAuthorityKeyIdentifierIsNotCritical,
        .crlExtensionsAreUnique,
        .crlDistributionPointIsTheScopes,
        .crlDistributionPointIsCritical,
        .crlDistributionPointIsNotNarrowed,
        .crlDeltaIndicatorIsOnDeltas,
        .crlDeltaIndicatorIsCritical,
        .crlDeltaBaseIsBelowItsNumber,
        .crlFreshestIsNotOnDeltas,
        .crlFreshestIsNotCritical,
        .crlPointsArePlainHTTP,
        .crlWithoutEntriesHasNoList,
        .crlEntriesAreAscending,
        .crlRevocationDatesAreNotInTheFuture,
        .crlRemovalsAreOnDeltas,
        .crlReasonsAreReasons,
        .crlReasonsAreNotUnspecified,
    ]
}

/// The right to sign one CRL once: only ``CRLLintSet/examine(encoding:entries:context:)`` makes it.
public struct CRLSigningToken: ~Copyable, Sendable {
    /// What stands around the entries.
    public let encoding: CRLEncoding
    /// How many entries were checked.
    public let entryCount: Int
    /// Rules of severity `warning` that the list breaks.
    public let warnings: [LintFinding]

    fileprivate init(encoding: CRLEncoding, entryCount: Int, warnings: [LintFinding]) {
        self.encoding = encoding
        self.entryCount = entryCount
        self.warnings = warnings
    }
}
