// What goes wrong with agent cards.

extension RegistrationError.Code {
    /// The agent card is not one of A2A 1.0 or 0.3, or not one for this agent; the reason lists what was found.
    public static let invalidCard = Self("INVALID_CARD")
    /// The agent has no such card.
    public static let cardNotFound = Self("CARD_NOT_FOUND")
    /// The registry's key cannot counter-sign cards: a fault of ours, never of the caller.
    public static let invalidCardSigner = Self("INVALID_CARD_SIGNER")
}
