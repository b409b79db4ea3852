// The status of an agent or an identity as the log shows it: what its last event made of it, and the time.

public import FoundationEssentials

/// A status of the Agent Name Service, at the moment of reading.
public enum AgentLogStatus: String, Hashable, Sendable, CaseIterable {
    /// It may be connected to.
    case active = "ACTIVE"
    /// It may be connected to; a certificate ends soon.
    case warning = "WARNING"
    /// It may be connected to; a newer version is preferred.
    case deprecated = "DEPRECATED"
    /// A certificate has ended.
    case expired = "EXPIRED"
    /// It was revoked.
    case revoked = "REVOKED"
    /// Control of the identity was proven.
    case verified = "VERIFIED"
    /// The log has no event of it.
    case unknown = "UNKNOWN"

    /// How long before a certificate's end the warning begins at the most (ANS-4).
    private static let warningTime: TimeInterval = 30 * 86_400

    /// The status after the last event.
    ///
    /// An event names every certificate that was valid then, also one that another has taken the place of: of each kind the one
    /// that ends last counts. The warning begins 30 days before the end of the first kind, or, for certificates of less than 90
    /// days, when a third of the time is left.
    ///
    /// - Parameters:
    ///   - event: the type of its last event; nil when there is none.
    ///   - ends: the ends of its certificates, of each kind.
    ///   - told: when the event was.
    public init(after event: LogEventType?, ends: [[Date]] = [], since told: Date? = nil, at instant: Date) {
        switch event {
        case nil: self = .unknown
        case .agentRevoked, .identityRevoked: self = .revoked
        case .agentDeprecated: self = .deprecated
        case .identityVerified, .identityUpdated, .identityLinked, .identityUnlinked: self = .verified
        default:
            guard let end = ends.compactMap({ $0.max() }).min() else {
                self = .active
                return
            }
            let rest = end.timeIntervalSince(instant)
            let third = told.map { end.timeIntervalSince($0) / 3 } ?? .infinity
            self = rest <= 0 ? .expired : rest < min(Self.warningTime, third) ? .warning : .active
        }
    }
}
