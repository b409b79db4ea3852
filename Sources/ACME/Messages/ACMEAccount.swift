// An account with a CA (RFC 8555 §7.1.2).

/// An account.
public struct ACMEAccount: Hashable, Sendable {
    /// The account's address, which names it in requests.
    public let url: String
    /// `valid`, `deactivated` or `revoked`.
    public let status: ACMEStatus
    /// Where the CA reaches its holder; CAs may keep none.
    public let contacts: [String]
    /// Where the account's orders are listed; many CAs list none.
    public let orders: String?
    /// Whether the account was made by the request that gave it.
    public let isNew: Bool

    init(_ reader: MessageReader, url: String, isNew: Bool) throws(ACMEError) {
        self.url = url
        self.status = ACMEStatus(rawValue: try reader.text("status") ?? ACMEStatus.valid.rawValue)
        self.contacts = try reader.texts("contact")
        // A list that cannot be called is none; the account is good all the same.
        self.orders = try? reader.url("orders")
        self.isNew = isNew
    }
}
