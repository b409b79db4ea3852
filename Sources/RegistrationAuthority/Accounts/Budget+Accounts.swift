// Bounds on accounts.

extension Budget {
    /// An account's name, in octets.
    public static let accountNameBytes = 255
    /// Contacts of an account.
    public static let accountContacts = 8
    /// A contact, in octets: an address has at most 254 (RFC 5321).
    public static let contactBytes = 320
    /// Tokens of an account that are not revoked, of those that its owner creates.
    public static let tokensPerAccount = 100
    /// Accounts on one page of a listing.
    public static let accountsPerPage = 1_000
}
