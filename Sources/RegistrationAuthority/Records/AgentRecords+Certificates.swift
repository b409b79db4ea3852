// TLSA records (RFC 6698 §2.1): the server certificate at each port where the agent speaks TLS.

import Crypto
import DNS
import PKIX
import X509

extension AgentRecords {
    /// `3 0 1` as ANS has it, and `3 1 1`, which outlives a renewal with the same key (RFC 7671 §5.1).
    ///
    /// Not required: TLSA means something only in a signed zone.
    static func certificateBindings(
        of agent: AgentDescription,
        certificates: [CertificateAssociation]
    ) throws(RegistrationError) -> [ProvisionedRecord] {
        let associations = certificates.flatMap(\.records)
        var records: [ProvisionedRecord] = []
        for port in self.tlsPorts(of: agent) {
            let owner = try self.owner(["_\(port)", "_tcp"], of: agent)
            records += associations.map { self.record(owner, .tlsa($0), .certificateBinding, required: false) }
        }
        return records
    }

    /// Ascending; 443 when the agent speaks TLS nowhere else.
    private static func tlsPorts(of agent: AgentDescription) -> [UInt16] {
        let ports = Set(agent.endpoints.map(\.agentURL).filter { $0.scheme == .https }.map(\.port))
        return ports.isEmpty ? [443] : ports.sorted()
    }

    /// The association of a certificate in DER.
    static func association(of certificate: [UInt8]) throws(RegistrationError) -> CertificateAssociation {
        let encoded: EncodedCertificate
        do {
            encoded = try EncodedCertificate(der: certificate)
        } catch {
            throw RegistrationError(.invalidMember, "serverCertificatePEM: it holds no X.509 certificate")
        }
        // A key of a kind that we do not certify ourselves may still be a public CA's affair: `3 0 1` covers it.
        let key = try? SubjectPublicKey(encoded.fields.publicKey)
        return CertificateAssociation(fingerprint: Array(SHA256.hash(data: certificate)), publicKeyHash: key?.sha256)
    }
}
