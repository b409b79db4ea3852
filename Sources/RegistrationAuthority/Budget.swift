// Bounds on what callers can make this module hold or do, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A token's name, in octets: fits a host name of 253 and is short enough for a table.
    public static let tokenNameBytes = 255
    /// The longest lifetime of a token that has one: ten years, half of a root's life.
    public static let tokenLifetime = Duration.seconds(10 * 366 * 86_400)
    /// Tokens on one page of a listing.
    public static let tokensPerPage = 1_000
    /// Verified tokens that are kept in memory: more than one instance has in use within ``cacheLifetime``.
    public static let cachedTokens = 1_024
    /// How long a verified token is believed without asking the store, in seconds.
    ///
    /// This is the time in which a revocation by another process takes effect; one in this process acts at once. One
    /// second leaves a store one look-up a second for each token in use.
    public static let cacheLifetime: Double = 1
    /// How far apart two records of a token's use are, in seconds: the precision of "last used", at one write a minute.
    public static let useInterval: Double = 60
}
