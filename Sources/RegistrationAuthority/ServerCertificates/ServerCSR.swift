// The request for a server certificate: one that any public CA takes (CA/Browser Forum Baseline Requirements §6.1.5, §7.1.4).

import JSON
import PKIX
import X509

/// The CSR of a server certificate.
enum ServerCSR {
    /// Parses and verifies a CSR whose one subject alternative name is the agent's host.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidServerCSR`.
    static func parse(_ pem: String, for host: String) throws(RegistrationError) -> ParsedCSR {
        let request: ParsedCSR
        do throws(PKIXError) {
            request = try ParsedCSR(Array(pem.utf8))
        } catch {
            throw self.error(error.reason)
        }
        try self.checkKey(request.publicKey.type)
        guard request.names.count == 1, case .dns(let name) = request.names[0], name.description == host else {
            let names = request.names.map { "\($0)".quotedForDetail }.joined(separator: ", ")
            throw self.error(
                request.names.isEmpty
                    ? "the CSR has no subject alternative name; it must have 'DNS:\(host)'"
                    : "the CSR is for \(names); it must be for 'DNS:\(host)' alone"
            )
        }
        // Baseline Requirements §7.1.4.3: a common name "MUST contain exactly one entry that is one of the values contained in
        // the Certificate's subjectAltName extension".
        guard request.subject.commonNames.allSatisfy({ $0.lowercased() == host }) else {
            throw self.error("the common name of the CSR is another than '\(host)'; leave it out")
        }
        return request
    }

    /// Baseline Requirements §6.1.5: RSA of 2048 bits and more, or ECDSA on P-256 or P-384.
    static func checkKey(_ type: KeyType) throws(RegistrationError) {
        switch type {
        case .p256, .p384: return
        case .rsa(let bits) where bits >= 2_048: return
        case .ed25519, .rsa:
            throw self.error(
                "public CAs certify no key of type \(type); use P-256, P-384, or RSA with 2048 bits or more"
            )
        }
    }

    private static func error(_ reason: String) -> RegistrationError {
        RegistrationError(.invalidServerCSR, "serverCsrPEM: " + reason)
    }
}

extension DistinguishedName {
    /// Its common names.
    fileprivate var commonNames: [String] {
        self.flatMap { rdn in rdn.filter { $0.type == .RDNAttributeType.commonName }.map { "\($0.value)" } }
    }
}
