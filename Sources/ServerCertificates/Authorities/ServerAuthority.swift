// A public CA as the configuration names it.

public import ACME
public import OutboundHTTP

/// A CA that orders go to.
public struct ServerAuthority: Sendable {
    /// What the configuration calls it; certificates are stored under this name.
    public let name: String
    /// Its directory.
    public let configuration: ACMEConfiguration
    /// Makes calls, with the trust roots for the CA's own TLS.
    public let exchange: any HTTPExchange
    /// The account's key.
    public let signer: any AccountSigner
    /// Addresses for the CA's mails, such as `mailto:pki@example.org`.
    public var contacts: [String] = []
    /// Whether the operator agrees to the CA's terms of service.
    public var agreesToTerms = false
    /// The key that binds the account, for CAs that want one.
    public var externalKey: ExternalAccountKey?
    /// One of the CA's profiles; nil for its default.
    public var profile: String?
    /// The root that chains should lead to.
    public var preferredRoot: PreferredRoot?
    /// The types of challenge that may be used.
    public var challengeTypes: [ChallengeType] = [.dns01, .http01]

    /// Names a CA.
    ///
    /// A run waits for the CA's decisions for ``Budget/decision`` at most: what takes longer goes on in the next one.
    public init(
        name: String,
        configuration: ACMEConfiguration,
        exchange: any HTTPExchange,
        signer: any AccountSigner
    ) {
        var configuration = configuration
        configuration.polling.patience = min(configuration.polling.patience, Budget.decision)
        self.name = name
        self.configuration = configuration
        self.exchange = exchange
        self.signer = signer
    }
}

/// When orders leave a CA that is away for the next one.
public struct FailoverPolicy: Hashable, Sendable {
    /// After so many runs in a row that its outage ended.
    public var outages: Int
    /// After so many seconds of outage.
    public var seconds: Double

    /// How often one order may leave a CA.
    public var times: Int

    /// Creates a policy.
    public init(outages: Int = 4, seconds: Double = 600, times: Int = 8) {
        self.times = max(times, 0)
        self.outages = max(outages, 1)
        self.seconds = max(seconds, 0)
    }
}
