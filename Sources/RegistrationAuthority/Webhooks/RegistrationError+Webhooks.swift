// What goes wrong with webhooks.

extension RegistrationError.Code {
    /// A secret for webhooks is too short or too long.
    public static let invalidWebhookSecret = Self("INVALID_WEBHOOK_SECRET")
    /// The header `Signet-Signature` is malformed, not by a known secret over this body, or too old or new.
    public static let invalidWebhookSignature = Self("INVALID_WEBHOOK_SIGNATURE")
    /// A schedule of deliveries that cannot be followed.
    public static let invalidDeliverySchedule = Self("INVALID_DELIVERY_SCHEDULE")
    /// There is no webhook with this id that is the caller's.
    public static let webhookNotFound = Self("WEBHOOK_NOT_FOUND")
    /// The webhook has no delivery with this id.
    public static let deliveryNotFound = Self("DELIVERY_NOT_FOUND")
    /// The caller has as many webhooks as it may.
    public static let tooManyWebhooks = Self("TOO_MANY_WEBHOOKS")
    /// The webhook is switched off.
    public static let webhookInactive = Self("WEBHOOK_INACTIVE")
    /// The webhook is being changed by others again and again.
    public static let webhookBusy = Self("WEBHOOK_BUSY")
    /// A key that seals secrets has not 256 bits.
    public static let invalidSealingKey = Self("INVALID_SEALING_KEY")
    /// A sealed secret was sealed with another key, or changed.
    public static let secretUnreadable = Self("SECRET_UNREADABLE")
    /// Reminders that cannot be: beyond 1 to 99 per cent of a life, or too many.
    public static let invalidReminderPlan = Self("INVALID_REMINDER_PLAN")
}
