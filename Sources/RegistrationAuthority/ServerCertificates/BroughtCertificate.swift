// A server certificate that an agent brings, as far as it is judged before it is taken in: whether its chain leads to a root
// that is trusted, and whether it is revoked, is found out later.

import Crypto
import FoundationEssentials
import PKIX
import X509

/// A certificate for the agent's host, with those above it.
struct BroughtCertificate {
    /// DER, the host's certificate first.
    let chain: [[UInt8]]
    /// SHA-256 of the SubjectPublicKeyInfo of the host's certificate.
    let publicKeyHash: [UInt8]

    /// Reads certificates in PEM.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidServerCertificate`.
    init(pem: String, chainPEM: String?, host: String, at instant: Date) throws(RegistrationError) {
        let leaves = try Self.certificates(pem, "serverCertificatePEM")
        let above = try chainPEM.map { text throws(RegistrationError) in
            try Self.certificates(text, "serverCertificateChainPEM")
        }
        // Whoever has a file of the whole chain may send it as the certificate.
        let all = leaves + (above ?? [])
        guard let leaf = all.first, all.count <= Budget.broughtCertificates else {
            throw Self.error("the chain has \(all.count) certificates; 1 to \(Budget.broughtCertificates) are taken")
        }
        let names = (try? leaf.fields.extensions.subjectAlternativeNames).map(Array.init) ?? []
        guard names.contains(where: { Self.covers($0, host) }) else {
            throw Self.error("the certificate is not for '\(host)'")
        }
        guard leaf.fields.notValidAfter > instant else {
            throw Self.error("the certificate has expired at \(CertificateTime(leaf.fields.notValidAfter))")
        }
        let key: SubjectPublicKey
        do {
            key = try SubjectPublicKey(leaf.fields.publicKey)
            try ServerCSR.checkKey(key.type)
        } catch let error as PKIXError {
            throw Self.error(error.reason)
        } catch {
            throw Self.error(
                "the key of the certificate is of no kind that is admitted: P-256, P-384, RSA of 2048 bits or more"
            )
        }
        self.chain = all.map(\.der)
        self.publicKeyHash = key.sha256
    }

    /// RFC 6125 §6.4.3: a wildcard stands for the whole left-most label alone.
    private static func covers(_ name: GeneralName, _ host: String) -> Bool {
        guard case .dnsName(let text) = name else { return false }
        let pattern = text.lowercased()
        guard pattern.hasPrefix("*.") else { return pattern == host }
        return host.firstIndex(of: ".").map { host[$0...] == pattern.dropFirst() } ?? false
    }

    private static func certificates(_ pem: String, _ member: String) throws(RegistrationError) -> [EncodedCertificate]
    {
        do {
            return try EncodedCertificate.all(inPEM: pem)
        } catch {
            throw RegistrationError(.invalidServerCertificate, "\(member): it holds no certificates in PEM")
        }
    }

    private static func error(_ reason: String) -> RegistrationError {
        RegistrationError(.invalidServerCertificate, "serverCertificatePEM: " + reason)
    }
}
