// Who asks, for the audit log.

/// The caller on whose behalf something is done.
public struct Requester: Hashable, Sendable {
    /// Who: `token:` and the token's id, `operator:` and a user name, or `system`.
    public let actor: String
    /// The remote address, when there is one.
    public let address: String?
    /// The id of the request, when there is one.
    public let requestID: String?

    /// The daemon itself.
    public static let system = Requester(actor: "system")

    /// Names a caller.
    public init(actor: String, address: String? = nil, requestID: String? = nil) {
        self.actor = actor
        self.address = address
        self.requestID = requestID
    }
}
