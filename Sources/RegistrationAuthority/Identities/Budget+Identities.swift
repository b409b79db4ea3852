// Bounds on identities, each with the origin of its number.

public import JSON

extension Budget {
    /// An identifier, in octets: a host name (253) with a path.
    public static let identifierBytes = 1_024
    /// Characters of base58btc: a key of 33 octets with its code has 48; 4096-bit RSA keys, which are refused by name, 730.
    public static let base58Characters = 1_024
    /// Proofs of one call (ANS API, `VerifyControlRequest`).
    public static let identityProofs = 16
    /// A proof, in octets: the signature of RSA 4096 with header and payload has less than two thousand.
    public static let identityProofBytes = 8_192
    /// How long a challenge can be answered, in seconds (ANS-0).
    public static let identityChallengeSeconds: Double = 3_600
    /// Entries of `verificationMethod` and `assertionMethod`.
    public static let verificationMethods = 64
    /// Levels and members of a DID document: `publicKeyJwk` is its fourth level; services may go deeper.
    public static let didDocumentLimits = JSONLimits(depth: 16, members: 128)
    /// Identities of one owner that are not revoked: one for each of its brands, with room.
    public static let identitiesOfOwner = 100
    /// How long a pending identity is kept after its challenge has ended, in seconds.
    public static let pendingIdentitySeconds: Double = 86_400
    /// Agents of one call for links (ANS API, `IdentityLinkRequest`).
    public static let linkedAgents = 256
    /// Identities on one page (ANS API, `listIdentities`).
    public static let identitiesPerPage = 100
}
