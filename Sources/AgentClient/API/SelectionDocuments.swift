// The API's documents about revocations of many.

import PKIX

/// Certificates that are revoked together.
public enum CertificateSelection: Hashable, Sendable {
    /// Those whose first host is this.
    case agent(String)
    /// Those with this SHA-256 of their SubjectPublicKeyInfo, in hexadecimal; the key is blocked, too.
    case publicKey(sha256: String)
    /// Those of the CA with this name.
    case issuer(String)
}

/// `POST /v1/revocations`, the request.
struct RevokeSelectionDocument: Encodable {
    var agent: String?
    var publicKeySha256: String?
    var issuer: String?
    var reason: String
    var invalidityDate: String?

    init(_ selection: CertificateSelection, _ reason: RevocationReason, _ invalidityDate: CertificateTime?) {
        switch selection {
        case .agent(let agent): self.agent = agent
        case .publicKey(let sha256): self.publicKeySha256 = sha256
        case .issuer(let name): self.issuer = name
        }
        self.reason = reason.rawValue
        self.invalidityDate = invalidityDate?.description
    }
}

/// `POST /v1/revocations`, the answer.
public struct SelectionRevocationDocument: Hashable, Sendable, Codable {
    /// How many certificates were revoked.
    public var revoked: Int
    /// Whether none is left.
    public var complete: Bool
    /// Whether a key is blocked.
    public var keyBlocked: Bool?
}
