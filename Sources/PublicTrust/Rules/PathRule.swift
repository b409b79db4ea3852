// What a rule is: one demand on a path, with its citation. The list is the whole of what a path has to satisfy.

import PKIX

/// What a path is judged for.
struct Judgement: Sendable {
    let purpose: CertificatePurpose
    let identity: ReferenceIdentity?
    let time: CertificateTime
}

/// A path that is being judged; every certificate is signed by the next.
struct PathCandidate: Sendable {
    /// The certificate in question first, the trust root last.
    let certificates: [PathCertificate]
    /// The certificate in question.
    let leaf: PathCertificate
    let judgement: Judgement

    init(_ certificates: [PathCertificate], _ judgement: Judgement) {
        self.certificates = certificates
        self.leaf = certificates[0]
        self.judgement = judgement
    }

    /// Those that issued one below, the leaf's issuer first.
    var issuers: ArraySlice<PathCertificate> { self.certificates.dropFirst() }

    /// All but the trust root, which the operator chose; the leaf is always among them.
    var presented: ArraySlice<PathCertificate> {
        self.certificates.count > 1 ? self.certificates.dropLast() : self.certificates[...]
    }
}

/// One demand on a path.
struct PathRule: Sendable {
    /// The rule's name, lower case with underscores, as answers show it.
    let name: String
    /// Where it stands.
    let citation: String
    /// What is wrong; nil when nothing is.
    let check: @Sendable (PathCandidate) -> String?

    init(_ name: String, citation: String, check: @escaping @Sendable (PathCandidate) -> String?) {
        self.name = name
        self.citation = citation
        self.check = check
    }

    /// Every rule, in the order in which they are held against a path.
    static let all: [PathRule] = [
        .validity, .wellFormed, .criticalExtensions, .keyStrength, .basicConstraints, .pathLength, .keyUsage,
        .extendedKeyUsage, .nameConstraints, .identity,
    ]
}
