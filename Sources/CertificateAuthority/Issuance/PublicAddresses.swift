// Where relying parties find status and issuers: addresses on the public listener (architecture, "Public side").

/// Addresses that certificates carry.
public struct PublicAddresses: Hashable, Sendable {
    /// The public side's address, without a final slash.
    public let base: String

    /// Takes the address of the public side, for instance `http://pki.example`.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` unless it is a plain `http` address: RFC 5280 §8 warns of
    ///   the circle of a certificate that must be verified to fetch what verifies it.
    public init(base: String) throws(AuthorityError) {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        let authority = trimmed.dropFirst("http://".count)
        guard trimmed.hasPrefix("http://"), let first = authority.first, first != "/", first != ":",
            authority.utf8.allSatisfy({
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
            })
        else {
            throw AuthorityError(
                .invalidHierarchy,
                "the public URL '\(base)' is not of the form http://HOST[:PORT][/PATH]; CRL and OCSP are fetched over plain HTTP"
            )
        }
        self.base = trimmed
    }

    /// The complete CRL of an issuer, or of one of its shards.
    public func crl(of issuer: String, shard: Int? = nil) -> String {
        "\(self.base)/crl/\(CRLPartition(issuer: issuer, shard: shard).name(of: .complete)).crl"
    }

    /// The delta CRL of an issuer, or of one of its shards.
    public func deltaCRL(of issuer: String, shard: Int? = nil) -> String {
        "\(self.base)/crl/\(CRLPartition(issuer: issuer, shard: shard).name(of: .delta)).crl"
    }

    /// The certificate of an issuer.
    public func certificate(of issuer: String) -> String { "\(self.base)/ca/\(issuer).cer" }

    /// The OCSP responder.
    public var ocsp: String { "\(self.base)/ocsp" }
}
