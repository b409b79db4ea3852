// The API's documents about certificates. Members that we do not know are ignored; statuses and reasons are open texts.

import PKIX

/// `POST /v1/certificates`, the request.
struct IssueDocument: Encodable {
    var profile: String
    var csr: String
    /// In seconds.
    var lifetime: Int64?
}

/// `POST /v1/certificates/{serial}/revoke`, the request.
struct RevokeDocument: Encodable {
    var reason: String
    var invalidityDate: String?
}

/// A certificate as the API describes it.
///
/// Times are RFC 3339 in UTC. Only the serial number is sure to be there.
public struct CertificateDocument: Hashable, Sendable, Codable {
    /// A revocation.
    public struct Revocation: Hashable, Sendable, Codable {
        /// When it was revoked.
        public let revokedAt: String?
        /// Why, by the name in RFC 5280 §5.3.1.
        public let reason: String?
        /// Since when it should not be relied on.
        public let invalidityDate: String?
    }

    /// The serial number in lower-case hexadecimal.
    public let serial: String
    /// SHA-256 of the certificate's DER in lower-case hexadecimal.
    public let sha256: String?
    /// `valid`, `revoked`, `expired`, or one that this program does not know.
    public let status: String?
    /// The profile's name.
    public let profile: String?
    /// The name of the issuing CA.
    public let issuer: String?
    /// The host that the certificate names first.
    public let agent: String?
    /// The names with their kinds: `DNS:…`, `URI:…`, `IP:…`.
    public let names: [String]?
    /// The first second of validity.
    public let notBefore: String?
    /// The last second of validity.
    public let notAfter: String?
    /// When it was issued.
    public let issuedAt: String?
    /// Who asked for it.
    public let requestedBy: String?
    /// Its revocation, if it is revoked.
    public let revocation: Revocation?
    /// The certificate in PEM.
    public let certificate: String?
    /// The certificates of the CAs in PEM, the issuer first.
    public let chain: [String]?
}

/// A page of a listing.
public struct CertificateListDocument: Hashable, Sendable, Codable {
    /// The certificates in the order of expiry.
    public var certificates: [CertificateDocument]
    /// Where the next page begins; absent on the last one.
    public var next: String?
}

extension CertificateDocument {
    /// The certificate and its chain, one after the other, with nothing else that a server may have put between them.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidAnswer` when they are no PEM.
    public func certificatesPEM() throws(AgentClientError) -> String {
        let texts = [self.certificate ?? ""] + (self.chain ?? [])
        do {
            return try texts.flatMap { try EncodedCertificate.all(inPEM: $0) }.map(\.pem).joined()
        } catch {
            throw AgentClientError(.invalidAnswer, "the server's certificates are not in PEM: \(error)")
        }
    }
}
