// Bounds on work that a CA can cause, each with the origin of its number.

public import JSON

/// The bounds of this module.
public enum Budget {
    /// Octets of an answer in JSON: an order of 100 names has 100 URLs of some 120 octets each.
    public static let documentBytes = 262_144
    /// Levels and members of an answer: subproblems with identifiers are the deepest.
    public static let documentLimits = JSONLimits(depth: 8, members: 64)
    /// Octets of a certificate chain: ten certificates of RSA 4096 with 100 names each have some 100 KB in PEM.
    public static let chainBytes = 524_288
    /// Certificates of a chain: public chains have two to four.
    public static let chainLength = 10
    /// Octets of a URL: RFC 9110 §4.1 recommends 8000; no CA comes near a quarter of them.
    public static let urlBytes = 2_048
    /// Octets of a nonce or of a challenge's token: those of public CAs have 20 to 90.
    public static let tokenBytes = 512
    /// Items of a list of a CA's that are looked at: Let's Encrypt takes 100 names in an order.
    public static let listItems = 100
    /// Pages of a list of orders.
    public static let listPages = 20
    /// Chains that a CA offers besides the first; Let's Encrypt has had two.
    public static let alternateChains = 8
    /// Orders that are being placed at once: as many are refused when a CA's limit is met; a CA takes some hundreds in hours.
    public static let ordersAtOnce = 4
    /// Nonces kept: more would grow too old to be taken.
    public static let nonces = 32
    /// Tries of one request whose nonce is rejected: one in twenty thousand fails when a CA rejects three of ten.
    public static let nonceTries = 10
    /// Tries of one request that a CA could not serve.
    public static let outageTries = 3
    /// Characters of a CA's words that we pass on.
    public static let reasonCharacters = 600
    /// Subproblems that are kept.
    public static let subproblems = 100
    /// Seconds of a `Retry-After` that a request waits for within a call; load balancers ask for fewer.
    public static let patience: Int64 = 30
    /// Seconds of a `Retry-After` that are believed: the longest limit of Let's Encrypt is a week.
    public static let longestRetryAfter: Int64 = 7 * 86_400
    /// Seconds that a door stays closed when the CA does not say for how long.
    public static let defaultClosure: Int64 = 300
    /// Seconds by which a CA's clock may differ from ours.
    public static let clockSkew: Int64 = 3_600
    /// Seconds for which a directory is not fetched anew.
    public static let directoryAge: Int64 = 3_600
}
