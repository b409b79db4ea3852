// What goes wrong with webhooks.

extension RegistrationError.Code {
    /// A secret for webhooks is too short or too long.
    public static let invalidWebhookSecret = Self("INVALID_WEBHOOK_SECRET")
    /// The header `Signet-Signature` is malformed, not by a known secret over this body, or too old or new.
    public static let invalidWebhookSignature = Self("INVALID_WEBHOOK_SIGNATURE")
    /// A schedule of deliveries that cannot be followed.
    public static let invalidDeliverySchedule = Self("INVALID_DELIVERY_SCHEDULE")
}
