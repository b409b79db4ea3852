// The configuration of webhooks: the section `webhooks`.

import Configuration
import RegistrationAuthority

/// The section `webhooks`.
struct WebhookConfiguration: Sendable {
    static let keys = ["allowPrivateTargets", "allowPlainHTTP", "firstReminder", "lastReminder"]

    /// Where deliveries may go.
    let targets: TargetPolicy
    /// When owners are reminded of a certificate's end.
    let reminders: ReminderPlan

    init(_ reader: ConfigReader) throws {
        self.targets = .webhooks(
            privateAddresses: reader.bool(forKey: "webhooks.allowPrivateTargets", default: false),
            plainHTTP: reader.bool(forKey: "webhooks.allowPlainHTTP", default: false)
        )
        let percentages = [
            try reader.integer("webhooks.firstReminder", default: 33, in: 0...99),
            try reader.integer("webhooks.lastReminder", default: 10, in: 0...99),
        ]
        self.reminders = try ReminderPlan(percentages: Set(percentages.filter { $0 > 0 }))
    }
}
