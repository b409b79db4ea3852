// Whether a chain may be relied on (RFC 5280 §6): a path is sought, and each rule held against it.

public import PKIX

/// Validates chains; any number of tasks may use it at once.
public struct ChainValidator: Sendable {
    /// What paths end at.
    public let roots: TrustRoots
    private let rules: [PathRule]

    /// Creates a validator.
    public init(roots: TrustRoots) {
        self.init(roots: roots, rules: PathRule.all)
    }

    init(roots: TrustRoots, rules: [PathRule]) {
        self.roots = roots
        self.rules = rules
    }

    /// Finds a path from the first certificate to a trust root that breaks no rule.
    ///
    /// - Parameters:
    ///   - chain: DER; the certificate in question first, those above it in any order, the trust root among them or not.
    ///   - purpose: what it is relied on for.
    ///   - identity: who it has to be for; nil when its names are compared elsewhere.
    ///   - time: when it has to be valid.
    /// - Throws: ``TrustError``; of several paths it tells what is wrong with the first.
    public func validate(
        _ chain: [[UInt8]],
        for purpose: CertificatePurpose,
        of identity: ReferenceIdentity?,
        at time: CertificateTime
    ) throws(TrustError) -> TrustedPath {
        guard let first = chain.first else { throw TrustError(.malformedCertificate, "no certificate was presented") }
        guard chain.count <= Budget.chainCertificates else {
            throw TrustError(
                .tooMuch,
                "\(chain.count) certificates were presented; at most \(Budget.chainCertificates) are admitted"
            )
        }
        let leaf = try PathCertificate(der: first)
        // Of those above, one that cannot be read may be one that no path needs.
        var above: [PathCertificate] = []
        for der in chain.dropFirst() where der.count <= Budget.certificateBytes {
            if let certificate = try? PathCertificate(der: der), !above.contains(certificate) {
                above.append(certificate)
            }
        }
        return try self.path(from: leaf, through: above, Judgement(purpose: purpose, identity: identity, time: time))
    }

    private func path(
        from leaf: PathCertificate,
        through above: [PathCertificate],
        _ judgement: Judgement
    ) throws(TrustError) -> TrustedPath {
        var builder = PathBuilder(roots: self.roots, intermediates: above)
        var found: [PathCertificate]?
        var refusal: TrustError?
        _ = builder.search(from: leaf) { path in
            if let error = self.refusal(of: path, judgement) {
                refusal = refusal ?? error
                return false
            }
            found = path
            return true
        }
        guard let found else { throw refusal ?? Self.noPath(from: leaf, above, isExhausted: builder.isExhausted) }
        return TrustedPath(
            found,
            leaf: leaf,
            anchor: found.last ?? leaf,
            rules: self.rules.map(\.name),
            time: judgement.time
        )
    }

    private func refusal(of path: [PathCertificate], _ judgement: Judgement) -> TrustError? {
        let candidate = PathCandidate(path, judgement)
        for rule in self.rules {
            if let reason = rule.check(candidate) {
                return TrustError(.refused, "\(reason) (\(rule.citation))", rule: rule.name)
            }
        }
        return nil
    }

    private static func noPath(
        from leaf: PathCertificate,
        _ above: [PathCertificate],
        isExhausted: Bool
    ) -> TrustError {
        if isExhausted {
            return TrustError(.tooMuch, "the certificates presented sign each other in too many ways")
        }
        var tip = leaf
        // The last one whose issuer is not at hand, for whoever has to mend it.
        for _ in above {
            guard let next = above.first(where: { $0.subject == tip.issuer && $0 != tip }) else { break }
            tip = next
        }
        if SignatureAlgorithm(encoded: tip.signatureAlgorithm) == nil {
            return TrustError(
                .refused,
                "\(tip.label) is signed with an algorithm that is not relied on, such as one with SHA-1"
                    + " (Baseline Requirements §7.1.3.2)",
                rule: "signature_algorithm"
            )
        }
        return TrustError(
            .noPath,
            "no path leads from \(leaf.label) to a trust root; the issuer of \(tip.label) is not trusted and was not presented"
                + ", or has not signed it"
        )
    }
}
