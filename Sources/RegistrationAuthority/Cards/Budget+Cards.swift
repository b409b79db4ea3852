// Bounds on agent cards.

import JSON

extension Budget {
    /// A card, in octets of JSON without white space: 64 KiB holds hundreds of skills.
    public static let cardBytes = 65_536
    /// Levels of a card: A2A's own members take eight (`skills[].securityRequirements[].schemes.x.list[]`); `params` of
    /// extensions are free.
    public static let cardDepth = 32
    /// Members of one object of a card.
    public static let cardMembers = 256
    /// Findings that a refusal lists; the rest are counted.
    public static let cardFindings = 20
    /// Published cards of an agent that are kept: one a day for a quarter of a year; 64 KiB each.
    public static let keptCards = 92
}
