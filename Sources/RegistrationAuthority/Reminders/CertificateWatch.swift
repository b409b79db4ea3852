// A certificate whose end is watched, and the notices that come of it.

public import FoundationEssentials

/// An agent's certificate, on its way to its end.
public struct CertificateWatch: Hashable, Sendable {
    // Stored: a change here needs a migration. Instants are whole milliseconds.
    /// The agent.
    public let agent: AgentID
    /// When the certificate was issued.
    public let begins: Date
    /// When it ends.
    public let ends: Date
    /// How much of its life was left at the last reminder, in per cent; 100 before the first.
    public let reminded: Int
    /// When the next reminder is due; after the last one, when the certificate and with it the watch ends; nil for never.
    public let dueAt: Date?

    /// Creates or restores a watch.
    public init(agent: AgentID, begins: Date, ends: Date, reminded: Int = 100, dueAt: Date?) {
        self.agent = agent
        self.begins = begins
        self.ends = ends
        self.reminded = reminded
        self.dueAt = dueAt
    }

    /// The watch of an agent's newest certificate; nil when it has none, or nobody is to be reminded.
    init?(_ registration: Registration, _ plan: ReminderPlan) {
        guard !plan.percentages.isEmpty, let ends = registration.expiresAt,
            let request = registration.requests.last(where: { $0.status == .signed && $0.notAfter == ends })
        else { return nil }
        self.init(agent: registration.id, begins: request.updatedAt, ends: ends, reminded: 100, plan)
    }

    /// The same certificate, after a reminder.
    func reminded(at percentage: Int, _ plan: ReminderPlan) -> CertificateWatch {
        CertificateWatch(agent: self.agent, begins: self.begins, ends: self.ends, reminded: percentage, plan)
    }

    private init(agent: AgentID, begins: Date, ends: Date, reminded: Int, _ plan: ReminderPlan) {
        let undated = CertificateWatch(agent: agent, begins: begins, ends: ends, reminded: reminded, dueAt: nil)
        self.init(agent: agent, begins: begins, ends: ends, reminded: reminded, dueAt: plan.next(undated) ?? ends)
    }

    /// When so much of the life is left, in per cent.
    func instant(withLeft percentage: Int) -> Date {
        let life = max(0, self.ends.timeIntervalSince(self.begins))
        let left = (life * Double(percentage) * 10).rounded() / 1_000
        return self.ends.addingTimeInterval(-left)
    }
}

/// Something that an agent's owner should know, and that is not for the transparency log.
public struct AgentNotice: Hashable, Sendable {
    /// `AGENT_EXPIRING`, `AGENT_EXPIRED`, `AGENT_FAILED`, or of the server certificate `AGENT_SERVER_CERTIFICATE_EXPIRING` or
    /// `AGENT_SERVER_CERTIFICATE_FAILING`.
    public let type: WebhookEventType
    /// When.
    public let at: Date
    /// Whose agent it is.
    public let owner: String
    /// The agent.
    public let agent: AgentID
    /// With those of a certificate, when it ends, and how much of its life is left in per cent.
    public let reminder: Reminder?

    /// A reminder's certificate.
    public struct Reminder: Hashable, Sendable {
        /// When it ends.
        public let ends: Date
        /// How much of its life is left, in per cent.
        public let percentLeft: Int

        /// Creates the value.
        public init(ends: Date, percentLeft: Int) {
            self.ends = ends
            self.percentLeft = percentLeft
        }
    }

    /// Creates a notice.
    public init(
        _ type: WebhookEventType,
        at instant: Date,
        owner: String,
        agent: AgentID,
        reminder: Reminder? = nil
    ) {
        self.type = type
        self.at = instant
        self.owner = owner
        self.agent = agent
        self.reminder = reminder
    }
}

/// A notice as it was recorded.
public struct RecordedNotice: Hashable, Sendable {
    /// Its place; rises, without a promise of no gaps.
    public let sequence: Int64
    /// The notice.
    public let notice: AgentNotice
    /// The registration as it is now.
    public let registration: Registration

    /// Creates the value.
    public init(sequence: Int64, notice: AgentNotice, registration: Registration) {
        self.sequence = sequence
        self.notice = notice
        self.registration = registration
    }
}
