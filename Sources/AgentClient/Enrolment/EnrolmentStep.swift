// The steps of an enrolment, in order.

public import PKIX

/// A step of an enrolment or renewal.
public enum EnrolmentStep: Hashable, Sendable {
    /// A key is about to be made.
    case makingKey(KeyType)
    /// The key is durable.
    case keyWritten
    /// The request and its idempotency key are durable.
    case requestWritten
    /// An interrupted request is taken up.
    case resumed
    /// The request is about to be sent.
    case asking
    /// A certificate came and passed every check.
    case received
    /// The certificate is durable, and not yet in force.
    case certificateWritten
    /// Chain and root are durable.
    case chainWritten
    /// The generation is complete.
    case recordWritten
    /// The generation is in force.
    case switched
}

/// What an enrolment goes by.
public struct EnrolmentPlan: Hashable, Sendable {
    /// Where the API is.
    public var api: APIAddress
    /// What is asked for.
    public var application: AgentApplication
    /// What the certificate must lead to.
    public var roots: TrustAnchors
    /// The absolute path of the file that holds the API token, for renewals; `nil` when the token came otherwise.
    public var tokenFile: String?

    /// Creates a plan.
    public init(api: APIAddress, application: AgentApplication, roots: TrustAnchors, tokenFile: String?) {
        self.api = api
        self.application = application
        self.roots = roots
        self.tokenFile = tokenFile
    }
}
