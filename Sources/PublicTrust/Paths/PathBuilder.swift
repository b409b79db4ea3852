// Path building (RFC 4158): depth first from the certificate towards the trust roots, with a bound on every kind of work.
//
// swift-certificates' Verifier builds paths too. It has no bound on signatures verified, which CAs that sign each other make
// grow with the factorial of their number, and its RFC5280Policy refuses directory names in constraints and does not look at
// key usage; its parts cannot be had one by one. What it verifies best, the signatures, it verifies here too.

import PKIX
import X509

/// Seeks paths.
struct PathBuilder {
    private let roots: TrustRoots
    private let intermediates: [PathCertificate]
    private var signatureChecks = 0
    private var paths = 0
    /// Whether a bound ended the search.
    private(set) var isExhausted = false

    init(roots: TrustRoots, intermediates: [PathCertificate]) {
        self.roots = roots
        self.intermediates = intermediates
    }

    /// Gives path after path to a judge until it takes one.
    ///
    /// - Returns: whether a path was taken.
    mutating func search(from leaf: PathCertificate, judge: ([PathCertificate]) -> Bool) -> Bool {
        if self.roots.contains(leaf), self.offer([leaf], to: judge) { return true }
        return self.extend([leaf], judge)
    }

    private mutating func extend(_ path: [PathCertificate], _ judge: ([PathCertificate]) -> Bool) -> Bool {
        guard let tip = path.last, !self.isExhausted else { return false }
        guard path.count < Budget.pathCertificates else { return false }
        // The shortest path first: a trust root, then what was presented.
        for root in Self.ordered(self.roots.named(tip.issuer), for: tip) where !path.contains(root) {
            if self.verifies(tip, by: root), self.offer(path + [root], to: judge) { return true }
        }
        let candidates = self.intermediates.filter { $0.subject == tip.issuer }
        for candidate in Self.ordered(candidates, for: tip) where !Self.repeats(candidate, in: path) {
            guard self.verifies(tip, by: candidate) else { continue }
            if self.extend(path + [candidate], judge) { return true }
        }
        return false
    }

    /// RFC 4158 §2.4.1: a path with one name and key twice could always have been shorter.
    private static func repeats(_ candidate: PathCertificate, in path: [PathCertificate]) -> Bool {
        path.contains { $0.subject == candidate.subject && $0.fields.publicKey == candidate.fields.publicKey }
    }

    /// Those first whose key identifier is the one that the certificate names (RFC 4158 §3.5.12).
    private static func ordered(_ candidates: [PathCertificate], for tip: PathCertificate) -> [PathCertificate] {
        guard let wanted = tip.extensions.authorityKeyIdentifier?.keyIdentifier else { return candidates }
        let fitting = candidates.filter { $0.extensions.subjectKeyIdentifier?.keyIdentifier == wanted }
        return fitting + candidates.filter { !fitting.contains($0) }
    }

    private mutating func verifies(_ certificate: PathCertificate, by issuer: PathCertificate) -> Bool {
        guard self.signatureChecks < Budget.signatureChecks else {
            self.isExhausted = true
            return false
        }
        self.signatureChecks += 1
        return certificate.isSigned(by: issuer)
    }

    private mutating func offer(_ path: [PathCertificate], to judge: ([PathCertificate]) -> Bool) -> Bool {
        guard self.paths < Budget.candidatePaths else {
            self.isExhausted = true
            return false
        }
        self.paths += 1
        return judge(path)
    }
}
