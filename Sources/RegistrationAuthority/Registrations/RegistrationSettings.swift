// What an operator decides about registrations, besides policy.

/// Settings of the registration authority.
public struct RegistrationSettings: Sendable, Hashable {
    /// The profile of identity certificates.
    public var identityProfile: String
    /// How long a registration may take to become active, in seconds.
    public var pendingSeconds: Double
    /// Where the transparency log is served, without a final slash: badge records point there.
    public var logURL: String
    /// Whether `http` is admitted in endpoints: on loopback, for trials.
    public var admitsPlainHTTP: Bool

    /// Creates the settings.
    public init(
        identityProfile: String = "agent-identity",
        pendingSeconds: Double = 7 * 86_400,
        logURL: String,
        admitsPlainHTTP: Bool = false
    ) {
        self.identityProfile = identityProfile
        self.pendingSeconds = pendingSeconds
        self.logURL = logURL
        self.admitsPlainHTTP = admitsPlainHTTP
    }
}
