// What is done with verified identities.

extension AuditAction {
    /// An identity was registered, or given a new challenge.
    public static let registerIdentity = AuditAction("identity.register")
    /// Another identifier was staged for an identity.
    public static let rotateIdentity = AuditAction("identity.rotate")
    /// Control of an identity was proven.
    public static let verifyIdentity = AuditAction("identity.verify")
    /// An identity was revoked.
    public static let revokeIdentity = AuditAction("identity.revoke")
    /// An agent was linked to an identity.
    public static let linkIdentity = AuditAction("identity.link")
    /// An agent's link to an identity was ended.
    public static let unlinkIdentity = AuditAction("identity.unlink")
}
