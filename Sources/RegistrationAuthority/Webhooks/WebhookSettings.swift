// What an operator decides about webhooks and reminders.

/// Settings of deliveries.
public struct WebhookSettings: Hashable, Sendable {
    /// When a delivery that failed is tried again.
    public var schedule: DeliverySchedule
    /// How long an attempt may take, from the look-up of the name to the status of the answer.
    public var patience: Duration
    /// Attempts at one time, in this process.
    public var attempts: Int
    /// Of these, attempts at webhooks of one owner.
    public var attemptsPerOwner: Int
    /// When owners are reminded of a certificate's end.
    public var reminders: ReminderPlan

    /// Creates the settings.
    public init(
        schedule: DeliverySchedule = .webhooks,
        patience: Duration = Budget.webhookPatience,
        attempts: Int = Budget.webhookAttempts,
        attemptsPerOwner: Int = Budget.webhookAttemptsPerOwner,
        reminders: ReminderPlan = ReminderPlan()
    ) {
        self.schedule = schedule
        self.patience = patience
        self.attempts = attempts
        self.attemptsPerOwner = attemptsPerOwner
        self.reminders = reminders
    }
}

extension TargetPolicy {
    /// The targets of webhooks: https on port 443 at public addresses.
    ///
    /// - Parameters:
    ///   - privateAddresses: also one's own networks and this machine, and then any port; never a cloud's metadata service,
    ///     nor link-local.
    ///   - plainHTTP: also without TLS.
    public static func webhooks(privateAddresses: Bool = false, plainHTTP: Bool = false) -> TargetPolicy {
        TargetPolicy(
            schemes: plainHTTP ? [.http, .https] : [.https],
            ports: privateAddresses ? nil : plainHTTP ? [80, 443] : [443],
            addresses: AddressPolicy(allowed: privateAddresses ? AddressBlock.ownNetworks : [])
        )
    }
}

extension AddressBlock {
    /// Private use (RFC 1918), shared address space (RFC 6598), unique local (RFC 4193), loopback.
    fileprivate static let ownNetworks: [AddressBlock] = [
        .v4(10, 0, 0, 0, 8), .v4(172, 16, 0, 0, 12), .v4(192, 168, 0, 0, 16), .v4(100, 64, 0, 0, 10),
        .v4(127, 0, 0, 0, 8), .v6([0xFC00, 0, 0, 0, 0, 0, 0, 0], 7), .v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    ]
}
