// Roles and what each admits. Deny by default: a permission is had only where `permissions` lists it.

/// Something that a caller may be allowed to do.
public enum Permission: String, Sendable, CaseIterable {
    /// Have certificates issued.
    case issue
    /// Revoke any certificate.
    case revoke
    /// Revoke certificates that the same caller had issued.
    case revokeOwn
    /// Read certificates and their status.
    case read
    /// Create, list and revoke API tokens.
    case manageTokens
    /// Read the audit log.
    case readAudit
    /// Register agents, and manage those that the same caller had registered.
    case register
    /// Manage any agent; approve registrations.
    case manageAgents
    /// Connect zones, and write records into them.
    case manageZones
    /// See agents: one's own, or all with `read`.
    case seeAgents
    /// Open and suspend accounts.
    case manageAccounts
}

/// What an API token is for.
public enum Role: String, Sendable, CaseIterable, Codable {
    // Stored: a change here needs a migration.
    /// Operators: everything.
    case admin
    /// Agents and their platforms: issue and read, and revoke what they had issued themselves.
    case issuer
    /// Owners of agents: register them by policy, and manage their own; no certificate but through a registration.
    case registrant
    /// Reviewers: read certificates and the audit log, change nothing.
    case auditor

    /// What the role admits.
    public var permissions: Set<Permission> {
        switch self {
        case .admin:
            [
                .issue, .revoke, .revokeOwn, .read, .manageTokens, .readAudit, .register, .manageAgents, .manageZones,
                .seeAgents, .manageAccounts,
            ]
        case .issuer: [.issue, .revokeOwn, .read, .register, .seeAgents]
        case .registrant: [.register, .seeAgents]
        case .auditor: [.read, .readAudit, .seeAgents]
        }
    }
}
