// What can be wrong with an identity or its proof; names of ANS where it has one.

extension RegistrationError.Code {
    /// There is no identity with this id, or it is not the caller's.
    public static let identityNotFound = Self("IDENTITY_NOT_FOUND")
    /// The agent is not linked to the identity.
    public static let linkNotFound = Self("LINK_NOT_FOUND")
    /// The identifier is of no kind whose control can be proven here.
    public static let identifierKindUnsupported = Self("IDENTIFIER_KIND_UNSUPPORTED")
    /// Another identifier is of another kind than the one whose place it is to take.
    public static let identifierKindMismatch = Self("IDENTIFIER_KIND_MISMATCH")
    /// Somebody has proven control of the identifier.
    public static let identifierDuplicate = Self("IDENTIFIER_DUPLICATE")
    /// The owner has as many identities as are admitted.
    public static let tooManyIdentities = Self("TOO_MANY_IDENTITIES")
    /// The DID is not well formed, or not in the form that is admitted.
    public static let invalidDID = Self("DID_BAD_FORMAT")
    /// The DID document cannot be had, or is none.
    public static let didNotResolved = Self("DID_RESOLUTION_FAILED")
    /// The document is that of another DID.
    public static let didDocumentMismatch = Self("DID_DOCUMENT_ID_MISMATCH")
    /// A proof names no key, or none by which control can be proven.
    public static let invalidVerificationMethod = Self("DID_VERIFICATION_METHOD_INVALID")
    /// The proofs are not in the form that is asked for.
    public static let invalidIdentityProof = Self("IDENTIFIER_PROOF_INVALID")
    /// A proof is over another text, or its signature is not one of its key.
    public static let identitySignatureInvalid = Self("PRICC_SIGNATURE_INVALID")
    /// The nonce has expired.
    public static let identityChallengeExpired = Self("PRICC_TOKEN_EXPIRED")
    /// The nonce was used.
    public static let identityChallengeUsed = Self("PRICC_TOKEN_ALREADY_USED")
    /// The identity is revoked.
    public static let identityRevoked = Self("IDENTITY_REVOKED")
    /// The identity is not VERIFIED.
    public static let identityNotVerified = Self("IDENTITY_NOT_VERIFIED")
    /// The list of agents is empty, too long, or has what is no id.
    public static let invalidLinkRequest = Self("INVALID_LINK_REQUEST")
    /// An agent is not ACTIVE or DEPRECATED.
    public static let agentNotLinkable = Self("AGENT_NOT_LINKABLE")
}
