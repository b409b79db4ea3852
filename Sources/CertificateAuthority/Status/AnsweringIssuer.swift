// The issuers that a responder answers for.

import PKIX

/// An issuer as CertIDs name it (RFC 6960 §4.1.1).
struct AnsweringIssuer: Sendable {
    let name: String
    /// The CA itself, when it does not delegate.
    let own: DelegatedResponder?
    private let nameHashes: [OCSPHash: [UInt8]]
    private let keyHashes: [OCSPHash: [UInt8]]

    init(_ issuer: Issuer, isDelegating: Bool) {
        self.name = issuer.name
        self.own = isDelegating ? nil : DelegatedResponder(issuer)
        let (subject, key) = (issuer.subjectBytes, issuer.publicKey.keyBytes)
        self.nameHashes = Dictionary(uniqueKeysWithValues: OCSPHash.allCases.map { ($0, $0.hash(subject)) })
        self.keyHashes = Dictionary(uniqueKeysWithValues: OCSPHash.allCases.map { ($0, $0.hash(key)) })
    }

    func issued(_ certID: OCSPCertID) -> Bool {
        self.nameHashes[certID.hash] == certID.issuerNameHash && self.keyHashes[certID.hash] == certID.issuerKeyHash
    }
}
