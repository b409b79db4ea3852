// All lints, and the token that only they can make.

/// The rules that every certificate is held against.
public enum LintSet {
    /// Runs every lint over the bytes of a `TBSCertificate`.
    ///
    /// - Returns: the proof that nothing forbids signing these bytes, with the warnings found.
    /// - Throws: ``LintRejection`` when a rule of severity `error` is broken or the bytes are not a `TBSCertificate`.
    public static func examine(
        tbsCertificate: [UInt8],
        context: LintContext
    ) throws(LintRejection) -> IssuanceToken {
        let certificate: LintedCertificate
        do {
            certificate = try LintedCertificate(tbsCertificate: tbsCertificate, context: context)
        } catch {
            throw LintRejection(findings: [Self.unreadable(error)])
        }
        let findings = self.findings(for: certificate)
        guard !findings.contains(where: { $0.severity == .error }) else {
            throw LintRejection(findings: findings)
        }
        return IssuanceToken(tbsCertificate: tbsCertificate, scheme: context.scheme, warnings: findings)
    }

    /// What every lint finds, in the order of ``all``.
    public static func findings(for certificate: LintedCertificate) -> [LintFinding] {
        self.all.compactMap { lint in
            lint.check(certificate).map {
                LintFinding(lint: lint.name, citation: lint.citation, severity: lint.severity, reason: $0)
            }
        }
    }

    private static func unreadable(_ error: any Error) -> LintFinding {
        LintFinding(
            lint: "tbs_certificate_parses",
            citation: "RFC 5280 §4.1",
            severity: .error,
            reason: "the to-be-signed bytes cannot be read: \(error)"
        )
    }
}

/// The right to sign one certificate once: only ``LintSet/examine(tbsCertificate:context:)`` makes it.
public struct IssuanceToken: ~Copyable, Sendable {
    /// The bytes to sign.
    public let tbsCertificate: [UInt8]
    /// The scheme that they name.
    public let scheme: SignatureScheme
    /// Rules of severity `warning` that the certificate breaks.
    public let warnings: [LintFinding]

    fileprivate init(tbsCertificate: [UInt8], scheme: SignatureScheme, warnings: [LintFinding]) {
        self.tbsCertificate = tbsCertificate
        self.scheme = scheme
        self.warnings = warnings
    }
}

/// Why a certificate may not be signed.
public struct LintRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// Everything found; at least one finding is an error.
    public let findings: [LintFinding]

    /// The findings, one after the other.
    public var description: String { self.findings.map(\.description).joined(separator: "; ") }
}
