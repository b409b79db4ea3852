// Why a certificate is revoked (RFC 5280 §5.3.1).

/// A revocation reason, by its name and number in RFC 5280.
///
/// ```
/// CRLReason ::= ENUMERATED {
///      unspecified             (0),
///      keyCompromise           (1),
///      cACompromise            (2),
///      affiliationChanged      (3),
///      superseded              (4),
///      cessationOfOperation    (5),
///      certificateHold         (6),
///           -- value 7 is not used
///      removeFromCRL           (8),
///      privilegeWithdrawn      (9),
///      aACompromise           (10) }
/// ```
public enum RevocationReason: String, Hashable, Sendable, CaseIterable {
    // Stored: a change here needs a migration.
    /// No reason is given.
    case unspecified
    /// The subject's private key is known or suspected to be in other hands.
    case keyCompromise
    /// The issuer's private key is known or suspected to be in other hands.
    case cACompromise
    /// The subject's name or other facts have changed.
    case affiliationChanged
    /// Another certificate has replaced it.
    case superseded
    /// It is no longer needed for the purpose that it was issued for.
    case cessationOfOperation
    /// It is suspended, and may be released.
    case certificateHold
    /// A privilege that it asserts has been withdrawn.
    case privilegeWithdrawn
    /// An attribute authority is compromised.
    case aACompromise

    /// The ENUMERATED value.
    ///
    /// `removeFromCRL` (8) is no state of a certificate and has no case.
    public var code: Int {
        switch self {
        case .unspecified: 0
        case .keyCompromise: 1
        case .cACompromise: 2
        case .affiliationChanged: 3
        case .superseded: 4
        case .cessationOfOperation: 5
        case .certificateHold: 6
        case .privilegeWithdrawn: 9
        case .aACompromise: 10
        }
    }

    /// The reason of an ENUMERATED value; `nil` for 7, 8 and unknown ones.
    public init?(code: Int) {
        guard let reason = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = reason
    }
}
