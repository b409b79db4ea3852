// What can be wrong with a request about a zone or its records.

import DNS

extension RegistrationError.Code {
    /// No zone with this name is connected.
    public static let zoneNotFound = Self("ZONE_NOT_FOUND")
    /// The zone is connected already.
    public static let zoneExists = Self("ZONE_EXISTS")
    /// The zone is of the configuration, which alone can take it out.
    public static let zoneConfigured = Self("ZONE_CONFIGURED")
    /// Live agents have their names in the zone.
    public static let zoneInUse = Self("ZONE_IN_USE")
    /// A text is no name of a zone, or an address of no server.
    public static let invalidZone = Self("INVALID_ZONE")
    /// The configuration has no provider of this name.
    public static let unknownProvider = Self("UNKNOWN_PROVIDER")
    /// The provider does not have the zone.
    public static let zoneNotAtProvider = Self("ZONE_NOT_AT_PROVIDER")
    /// The provider does not take our credentials, or the account's quota is used up: an operator has to act.
    public static let providerRefused = Self("PROVIDER_REFUSED")
    /// The provider does not answer or asks to wait; later it may pass.
    public static let providerUnavailable = Self("PROVIDER_UNAVAILABLE")
    /// The provider cannot do this.
    public static let providerUnsupported = Self("PROVIDER_UNSUPPORTED")
    /// A record is not what its type and its zone admit.
    public static let invalidRecord = Self("INVALID_RECORD")
    /// The record was not written through this API.
    public static let recordNotOurs = Self("RECORD_NOT_OURS")
    /// The record is one of a registered agent, whose registration keeps it.
    public static let recordOfAgent = Self("RECORD_OF_AGENT")
    /// Other records at the name exclude this one.
    public static let recordConflict = Self("RECORD_CONFLICT")
    /// The provider refuses the record as it is.
    public static let recordRefused = Self("RECORD_REFUSED")
    /// Another call is changing the record; later it may pass.
    public static let recordBusy = Self("RECORD_BUSY")
}

extension RegistrationError {
    /// What a provider's failure is to whoever asked for the change.
    init(_ failure: ProviderFailure) {
        let code: Code =
            switch failure.kind {
            case .unauthorized, .quotaExceeded: .providerRefused
            case .noSuchZone: .zoneNotAtProvider
            case .conflict: .recordConflict
            case .invalid: .recordRefused
            case .rateLimited, .unavailable: .providerUnavailable
            case .unsupported: .providerUnsupported
            }
        self.init(code, failure.reason, retryAfter: failure.retryAfter ?? (failure.isTransient ? 5 : nil))
    }
}
