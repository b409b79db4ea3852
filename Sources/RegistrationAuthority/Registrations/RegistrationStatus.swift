// The states of a registration (ANS-1) and where its work stands.

/// What an agent's owner sees of the state.
public enum AgentStatus: String, Hashable, Sendable, CaseIterable, Codable {
    // Stored: a change here needs a migration.
    /// Control of the name is not proven yet, or the certificate not issued.
    case pendingValidation = "PENDING_VALIDATION"
    /// The records are not seen yet.
    case pendingDNS = "PENDING_DNS"
    /// Everything is in place.
    case active = "ACTIVE"
    /// Another version is to be preferred.
    case deprecated = "DEPRECATED"
    /// Revoked, or cancelled before it was active.
    case revoked = "REVOKED"
    /// Its certificate has expired without a successor.
    case expired = "EXPIRED"
    /// It will not become active: why is said beside it.
    case failed = "FAILED"

    /// Whether it may still become active.
    public var isPending: Bool { self == .pendingValidation || self == .pendingDNS }
    /// Whether the agent stands in DNS.
    public var isLive: Bool { self == .active || self == .deprecated }
}

/// How far a registration is, in the words of ANS.
public enum RegistrationPhase: String, Hashable, Sendable, CaseIterable {
    /// Received.
    case initialization = "INITIALIZATION"
    /// Control of the name is being proven.
    case domainValidation = "DOMAIN_VALIDATION"
    /// The certificate is being issued.
    case certificateIssuance = "CERTIFICATE_ISSUANCE"
    /// The records are being written or verified.
    case dnsProvisioning = "DNS_PROVISIONING"
    /// Nothing is left to do.
    case completed = "COMPLETED"
}

/// The next thing to be done for a registration, by us or by its owner.
public enum RegistrationStep: String, Hashable, Sendable, CaseIterable, Codable {
    // Stored: a change here needs a migration.
    /// A person has to approve it.
    case awaitApproval
    /// Its owner has to prove control of the name.
    case awaitControl
    /// The name is to be found free, before a public CA is asked for anything.
    case checkName
    /// The server certificate is to be obtained, and to be associated with the name before it is handed out.
    case obtainServer
    /// The identity certificate is to be issued.
    case issueIdentity
    /// The records are to be written.
    case publishRecords
    /// The records that we wrote are to be seen at every authoritative server.
    case verifyRecords
    /// Its owner has to publish the records.
    case awaitRecords
    /// Records that were replaced are to be removed; the agent goes on.
    case retireRecords
    /// What it holds is to be taken back: certificates revoked, records removed.
    case withdraw
    /// Nothing, until it expires or its server certificate is due for renewal.
    case none

    /// Whether it concerns the records alone: of a live agent, certificates may be issued meanwhile.
    var isRecordUpkeep: Bool { [.publishRecords, .verifyRecords, .retireRecords].contains(self) }

    /// Whether its owner, or a person, and not we have to act.
    public var waitsForOthers: Bool {
        switch self {
        case .awaitApproval, .awaitControl, .awaitRecords: true
        case .checkName, .obtainServer, .issueIdentity, .publishRecords, .verifyRecords, .retireRecords, .withdraw,
            .none:
            false
        }
    }
}
