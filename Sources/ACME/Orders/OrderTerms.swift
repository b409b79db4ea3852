// What is ordered, in a form that can be stored.

import JOSE
public import PKIX

/// The lasting part of an ``OrderRequest``.
public struct OrderTerms: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The certificate request: DER in base64url.
    let csr: String
    /// The names.
    public let identifiers: [ACMEIdentifier]
    /// The CA's profile.
    public let profile: String?
    /// The certificate identifier of the one that is renewed.
    public let replaces: String?
    /// Seconds since 1970.
    let notBefore: Int64?
    /// Seconds since 1970.
    let notAfter: Int64?
    /// The types of challenge that may be used, the best first.
    public let challengeTypes: [ChallengeType]
    /// `PreferredRoot.commonName`.
    let rootName: String?
    /// `PreferredRoot.sha256` in hexadecimal.
    let rootHash: String?

    init(_ request: OrderRequest) {
        self.csr = Base64URL.encode(request.csr.derEncoded)
        self.identifiers = request.identifiers
        self.profile = request.profile
        self.replaces = request.replaces?.text
        self.notBefore = request.notBefore?.secondsSinceEpoch
        self.notAfter = request.notAfter?.secondsSinceEpoch
        self.challengeTypes = request.challengeTypes
        switch request.preferredRoot {
        case .commonName(let name): (self.rootName, self.rootHash) = (name, nil)
        case .sha256(let hash): (self.rootName, self.rootHash) = (nil, hash.hexadecimal)
        case nil: (self.rootName, self.rootHash) = (nil, nil)
        }
    }

    /// The root that the chain should lead to.
    public var preferredRoot: PreferredRoot? {
        if let name = self.rootName { return .commonName(name) }
        return self.rootHash.flatMap { [UInt8](hexadecimal: $0) }.map { .sha256($0) }
    }

    /// The certificate request.
    ///
    /// - Throws: ``ACMEError`` with `.invalidRequest` when what was stored is not what was saved.
    public var request: ParsedCSR {
        get throws(ACMEError) {
            guard let der = Base64URL.decode(self.csr), let csr = try? ParsedCSR(der) else {
                throw ACMEError(.invalidRequest, "the stored certificate request cannot be read")
            }
            return csr
        }
    }

    var validity: (from: CertificateTime?, to: CertificateTime?) {
        (
            self.notBefore.map { CertificateTime(secondsSinceEpoch: $0) },
            self.notAfter.map { CertificateTime(secondsSinceEpoch: $0) }
        )
    }
}
