// The names of what can be done; open, so that an entry written by a newer version can still be read and verified.

/// What was done or attempted, as `object.verb`.
public struct AuditAction: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    // Stored: a change here needs a migration.
    /// The action's text, lower case.
    public let rawValue: String

    /// Takes any text, also one that this version does not know.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// The action's text.
    public var description: String { self.rawValue }
}

extension AuditAction {
    /// A certificate was issued or its issuance refused.
    public static let issueCertificate = AuditAction("certificate.issue")
    /// An issuance that had begun was closed without a certificate leaving.
    public static let abandonIssuance = AuditAction("certificate.issue-abandoned")
    /// A certificate was revoked.
    public static let revokeCertificate = AuditAction("certificate.revoke")
    /// A certificate was released from hold.
    public static let releaseCertificate = AuditAction("certificate.release")
    /// A key was blocked: nothing is issued for it any more.
    public static let blockKey = AuditAction("key.block")
    /// The daemon renewed one of its own certificates (TLS, OCSP responder).
    public static let renewServiceCertificate = AuditAction("service-certificate.renew")
    /// A revocation list was signed.
    public static let issueRevocationList = AuditAction("crl.issue")
    /// An API token was created.
    public static let createToken = AuditAction("token.create")
    /// An API token was revoked.
    public static let revokeToken = AuditAction("token.revoke")
    /// A step of the key ceremony made a key or a certificate.
    public static let ceremony = AuditAction("ceremony.create")
    /// The authority began to serve.
    public static let startAuthority = AuditAction("authority.start")
    /// The authority stopped serving, gracefully.
    public static let stopAuthority = AuditAction("authority.stop")
    /// A caller did not prove who it is.
    public static let denyAuthentication = AuditAction("authentication.deny")
    /// A caller that is known asked for what its role does not admit.
    public static let denyAuthorization = AuditAction("authorization.deny")
    /// Another registration policy was put in force.
    public static let loadPolicy = AuditAction("policy.load")
    /// An agent was registered; it is not active yet.
    public static let registerAgent = AuditAction("agent.register")
    /// Control of an agent's name was proven, or not.
    public static let proveControl = AuditAction("agent.prove-control")
    /// A person approved a registration.
    public static let approveAgent = AuditAction("agent.approve")
    /// An agent became active.
    public static let activateAgent = AuditAction("agent.activate")
    /// A registration was given up.
    public static let failAgent = AuditAction("agent.fail")
    /// An agent was revoked, or its registration cancelled.
    public static let revokeAgent = AuditAction("agent.revoke")
    /// An agent's last certificate expired.
    public static let expireAgent = AuditAction("agent.expire")
    /// Another identity certificate was asked for.
    public static let renewAgent = AuditAction("agent.renew")
    /// A server certificate was asked for, or its request was cancelled.
    public static let requestServerCertificate = AuditAction("agent.request-server-certificate")
    /// A server certificate was obtained or taken in, or refused.
    public static let recordServerCertificate = AuditAction("agent.obtain-server-certificate")
    /// Another key is to take the place of an agent's.
    public static let changeAgentKey = AuditAction("agent.change-key")
    /// An account was opened.
    public static let createAccount = AuditAction("account.create")
    /// An account was changed, suspended or resumed.
    public static let changeAccount = AuditAction("account.change")
    /// An agent's card was published.
    public static let publishCard = AuditAction("card.publish")
    /// Records were written for an agent.
    public static let writeRecords = AuditAction("dns.write")
    /// An agent's records were removed.
    public static let removeRecords = AuditAction("dns.remove")
    /// A zone was connected.
    public static let connectZone = AuditAction("zone.connect")
    /// A zone was disconnected.
    public static let disconnectZone = AuditAction("zone.disconnect")
    /// A zone's host was told to sign it.
    public static let signZone = AuditAction("zone.sign")
    /// A webhook was created.
    public static let createWebhook = AuditAction("webhook.create")
    /// A webhook was changed, or its secret replaced.
    public static let changeWebhook = AuditAction("webhook.change")
    /// A webhook was removed.
    public static let removeWebhook = AuditAction("webhook.remove")
    /// A webhook was switched off because its receiver wants no more.
    public static let deactivateWebhook = AuditAction("webhook.deactivate")
}
