// What is to be ordered: a certificate for the key and the names of a request, and no others.

public import PKIX

/// An order to place.
public struct OrderRequest: Hashable, Sendable {
    /// The agent's own request; its private key is not ours.
    public let csr: ParsedCSR
    /// The names of the request, sorted.
    ///
    /// RFC 8555 §7.4: "The CSR MUST indicate the exact same set of requested identifiers as the initial newOrder request."
    public let identifiers: [ACMEIdentifier]
    /// One of the CA's profiles; nil for its default.
    public var profile: String?
    /// The certificate that this renews (RFC 9773 §5).
    public var replaces: CertificateID?
    /// The first second of validity to ask for; most public CAs take none.
    public var notBefore: CertificateTime?
    /// The last second of validity to ask for.
    public var notAfter: CertificateTime?
    /// The types of challenge that may be used, the best first.
    public var challengeTypes: [ChallengeType] = [.dns01, .http01, .tlsALPN01]
    /// The root that the chain should lead to.
    public var preferredRoot: PreferredRoot?

    /// An order for the names of a request.
    ///
    /// - Throws: ``ACMEError`` with `.invalidRequest` when it has no names, or others than hosts and addresses.
    public init(csr: ParsedCSR) throws(ACMEError) {
        guard !csr.names.isEmpty else {
            throw ACMEError(
                .invalidRequest,
                "the certificate request has no subject alternative names; public CAs take no others"
            )
        }
        var identifiers: [ACMEIdentifier] = []
        for name in csr.names {
            guard let identifier = ACMEIdentifier(name) else {
                throw ACMEError(.invalidRequest, "public CAs issue for host names and addresses, not for \(name)")
            }
            identifiers.append(identifier)
        }
        self.csr = csr
        self.identifiers = identifiers.sorted { ($0.type, $0.value) < ($1.type, $1.value) }
    }
}
