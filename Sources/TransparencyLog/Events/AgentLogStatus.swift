// An agent's status as the log shows it: what its last event made of it, and the time.

public import FoundationEssentials

/// A status of the Agent Name Service, at the moment of reading.
public enum AgentLogStatus: String, Hashable, Sendable, CaseIterable {
    /// It may be connected to.
    case active = "ACTIVE"
    /// It may be connected to; a certificate ends in less than 30 days.
    case warning = "WARNING"
    /// It may be connected to; a newer version is preferred.
    case deprecated = "DEPRECATED"
    /// A certificate has ended.
    case expired = "EXPIRED"
    /// It was revoked.
    case revoked = "REVOKED"
    /// The log has no event of it.
    case unknown = "UNKNOWN"

    /// How long before the first certificate's end the warning begins.
    private static let warningTime: TimeInterval = 30 * 86_400

    /// The status after an agent's last event.
    ///
    /// - Parameters:
    ///   - event: the type of its last event; nil when there is none.
    ///   - notAfter: the earliest end of its certificates.
    public init(after event: LogEventType?, notAfter: Date?, at instant: Date) {
        switch event {
        case nil: self = .unknown
        case .agentRevoked: self = .revoked
        case .agentDeprecated: self = .deprecated
        default:
            let rest = notAfter?.timeIntervalSince(instant) ?? .infinity
            self = rest <= 0 ? .expired : rest < Self.warningTime ? .warning : .active
        }
    }
}
