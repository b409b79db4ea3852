// What can be told of a brought certificate without asking anyone: its names (RFC 9525), purpose, validity and key.

import ACME
import FoundationEssentials
import PKIX
import X509

/// A chain that an agent brings, looked at.
struct BroughtChain {
    let chain: IssuedChain

    /// Reads a chain.
    ///
    /// - Throws: ``ServerCertificateError`` with `.invalidCertificate`.
    init(_ certificates: [[UInt8]]) throws(ServerCertificateError) {
        guard (1...Budget.broughtChain).contains(certificates.count),
            certificates.allSatisfy({ $0.count <= Budget.broughtCertificate })
        else {
            throw Self.refusal(
                "a chain has 1 to \(Budget.broughtChain) certificates of at most \(Budget.broughtCertificate) octets"
            )
        }
        var pem = ""
        for (index, der) in certificates.enumerated() {
            guard let certificate = try? EncodedCertificate(der: der) else {
                throw Self.refusal(
                    "certificate \(index + 1) of the chain cannot be read: it is no DER, or its key is of a kind or size"
                        + " that is not taken"
                )
            }
            pem += certificate.pem
        }
        do throws(ACMEError) { self.chain = try IssuedChain(pem: Array(pem.utf8)) } catch {
            throw Self.refusal(error.reason)
        }
    }

    /// Checks the certificate for a host.
    ///
    /// - Throws: ``ServerCertificateError`` with `.invalidCertificate`; the reason names what is wrong.
    func check(host: String, at now: CertificateTime) throws(ServerCertificateError) {
        try self.checkPurpose()
        try self.checkNames(host)
        let (from, to) = self.chain.validity
        guard from <= now, now <= to else {
            throw Self.refusal("the certificate is valid from \(from) to \(to), and it is \(now)")
        }
        do throws(PKIXError) { _ = try SubjectPublicKey(self.chain.leaf.fields.publicKey) } catch {
            throw Self.refusal("the certificate's key: \(error.reason)")
        }
    }

    private func checkPurpose() throws(ServerCertificateError) {
        let extensions = self.chain.leaf.fields.extensions
        if case .isCertificateAuthority = try? extensions.basicConstraints {
            throw Self.refusal("the first certificate is one of a CA; put the host's own first")
        }
        let usage: ExtendedKeyUsage?
        do { usage = try extensions.extendedKeyUsage } catch {
            throw Self.refusal("the certificate's extended key usage cannot be read")
        }
        // RFC 5280 §4.2.1.12: "If the extension is present, then the certificate MUST only be used for one of the purposes
        // indicated."
        guard usage.map({ $0.contains(.serverAuth) || $0.contains(.any) }) ?? true else {
            throw Self.refusal("the certificate is not for servers (extended key usage id-kp-serverAuth)")
        }
    }

    // RFC 9525 §6.3: names of the subject play no part.
    private func checkNames(_ host: String) throws(ServerCertificateError) {
        let names: SubjectAlternativeNames?
        do { names = try self.chain.leaf.fields.extensions.subjectAlternativeNames } catch {
            throw Self.refusal("the certificate's subject alternative names cannot be read")
        }
        let hosts = (names.map(Array.init) ?? []).compactMap { name -> String? in
            guard case .dnsName(let text) = name else { return nil }
            return text.lowercased()
        }
        guard hosts.contains(where: { Self.matches(host, $0) }) else {
            let list = hosts.prefix(10).map { $0.filter { $0.isASCII && !$0.isWhitespace } }.joined(separator: ", ")
            throw Self.refusal("the certificate is for \(list.isEmpty ? "no host" : list), not for \(host)")
        }
    }

    /// RFC 9525 §6.3: "The wildcard character appears only as the complete content of the left-most label." It stands for
    /// exactly one label.
    static func matches(_ host: String, _ name: String) -> Bool {
        if host == name { return !name.hasPrefix("*") }
        guard name.hasPrefix("*."), let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
        let rest = name.dropFirst(2)
        // A wildcard below a top-level domain is nobody's.
        return rest.contains(".") && !rest.contains("*") && host[host.index(after: dot)...] == rest
    }

    private static func refusal(_ reason: String) -> ServerCertificateError {
        ServerCertificateError(.invalidCertificate, reason)
    }
}
