// What came must be what was asked for, and verify under our own root, before it is installed.

import Foundation
import PKIX
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// A certificate with its chain that passed every check for its key and names.
struct CheckedCertificate: Hashable, Sendable {
    /// The agent's certificate.
    let certificate: Certificate
    /// The issuing CAs from the issuer on, without the root.
    let issuers: [Certificate]

    fileprivate init(certificate: Certificate, issuers: [Certificate]) {
        self.certificate = certificate
        self.issuers = issuers
    }
}

/// The checks of a certificate.
struct CertificateCheck: Sendable {
    let publicKey: SubjectPublicKey
    let names: [AlternativeName]
    let roots: TrustAnchors

    /// Checks certificates in PEM.
    ///
    /// - Throws: ``AgentClientError`` with `.unacceptableCertificate`; the reason says what is wrong with it.
    func check(certificate: String, chain: String, at now: Date) async throws(AgentClientError) -> CheckedCertificate {
        let leaves = try Self.certificates(certificate, what: "the certificate")
        guard let leaf = leaves.first, leaves.count == 1 else {
            throw Self.error("one certificate was asked for, \(leaves.count) came")
        }
        let chain = try Self.certificates(chain, what: "the chain")
        guard chain.count <= Budget.chainCertificates else {
            throw Self.error("the chain has \(chain.count) certificates")
        }
        try self.checkKey(of: leaf)
        try self.checkNames(of: leaf)
        try Self.checkValidity(of: leaf, at: now)
        let path = try await self.verify(leaf, chain: chain, at: now)
        return CheckedCertificate(certificate: leaf, issuers: Array(path.dropFirst().dropLast()))
    }

    private static func certificates(_ text: String, what: String) throws(AgentClientError) -> [Certificate] {
        do {
            return try PEMDocument.parseMultiple(pemString: text).map { try Certificate(pemDocument: $0) }
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

    private func verify(
        _ leaf: Certificate,
        chain: [Certificate],
        at now: Date
    ) async throws(AgentClientError) -> [Certificate] {
        var verifier = Verifier(rootCertificates: CertificateStore(self.roots.certificates)) {
            RFC5280Policy(fixedExpiryValidationTime: now)
            ComparedNames()
        }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(chain)) {
        case .validCertificate(let path): return Array(path)
        case .couldNotValidate(let failures):
            let why = failures.map { "\($0.policyFailureReason)" }.joined(separator: "; ")
            throw Self.error("it does not lead to the root\(why.isEmpty ? "" : ": \(why)"); is --root the right file?")
        }
    }

    private static func error(_ rule: String) -> AgentClientError {
        AgentClientError(.unacceptableCertificate, "the certificate is not acceptable: \(rule)")
    }
}

/// Tells the verifier that the subjectAltName is taken care of.
///
/// RFC 5280 §4.2.1.6: "If the subject field contains an empty sequence, then the issuing CA MUST include a subjectAltName
/// extension that is marked as critical." An agent's names are compared one by one before the chain is built.
private struct ComparedNames: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.subjectAlternativeName]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult { .meetsPolicy }
}
