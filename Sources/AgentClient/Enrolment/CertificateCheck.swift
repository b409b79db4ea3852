// What came must be what was asked for, and verify under our own root, before it is installed.

import Foundation
import PKIX
import X509

/// The checks of a certificate.
struct CertificateCheck: Sendable {
    let publicKey: SubjectPublicKey
    let names: [AlternativeName]
    let roots: TrustAnchors

    /// Checks certificates in PEM.
    ///
    /// - Throws: ``AgentClientError`` with `.unacceptableCertificate`; the reason says what is wrong with it.
    func check(certificate: String, chain: String, at now: Date) throws(AgentClientError) -> CertificationPath {
        let leaves = try Self.certificates(certificate, what: "the certificate")
        guard let leaf = leaves.first, leaves.count == 1 else {
            throw Self.error("one certificate was asked for, \(leaves.count) came")
        }
        let chain = try Self.certificates(chain, what: "the chain")
        guard chain.count <= Budget.chainCertificates else {
            throw Self.error("the chain has \(chain.count) certificates")
        }
        try self.checkKey(of: leaf.fields)
        try self.checkNames(of: leaf.fields)
        try Self.checkValidity(of: leaf.fields, at: now)
        do {
            return try CertificationPath(
                of: leaf,
                through: chain,
                to: self.roots.certificates,
                at: CertificateTime(now)
            )
        } catch {
            throw Self.error("it does not lead to the root: \(error.reason); is --root the right file?")
        }
    }

    private static func certificates(_ text: String, what: String) throws(AgentClientError) -> [EncodedCertificate] {
        do {
            return try EncodedCertificate.all(inPEM: text)
        } catch {
            throw self.error("\(what) cannot be read: \(error)")
        }
    }

    private func checkKey(of leaf: Certificate) throws(AgentClientError) {
        guard let key = try? SubjectPublicKey(leaf.publicKey), key == self.publicKey else {
            throw Self.error("it is for another key")
        }
    }

    private func checkNames(of leaf: Certificate) throws(AgentClientError) {
        let extensions = try? leaf.extensions.subjectAlternativeNames
        let names = (extensions.map(Array.init) ?? []).map { (try? AlternativeName($0))?.text ?? "\($0)" }
        guard names.sorted() == self.names.map(\.text).sorted() else {
            let asked = self.names.map(\.text).joined(separator: ", ")
            throw Self.error("it names \(names.joined(separator: ", ")), asked for was \(asked)")
        }
        // A CA certificate would make an agent an authority.
        if case .isCertificateAuthority = try? leaf.extensions.basicConstraints { throw Self.error("it is for a CA") }
    }

    private static func checkValidity(of leaf: Certificate, at now: Date) throws(AgentClientError) {
        guard leaf.notValidBefore <= now else {
            throw self.error("it is valid from \(CertificateTime(leaf.notValidBefore)) on; check this machine's clock")
        }
        guard now <= leaf.notValidAfter else {
            throw self.error("it expired at \(CertificateTime(leaf.notValidAfter))")
        }
    }

    private static func error(_ rule: String) -> AgentClientError {
        AgentClientError(.unacceptableCertificate, "the certificate is not acceptable: \(rule)")
    }
}
