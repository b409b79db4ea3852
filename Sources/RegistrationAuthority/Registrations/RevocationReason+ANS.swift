// The names that ANS has for reasons of revocation.

public import PKIX

extension RevocationReason {
    /// The reasons that ANS has, by its names.
    public static let ansNames: [(String, RevocationReason)] = [
        ("KEY_COMPROMISE", .keyCompromise), ("CESSATION_OF_OPERATION", .cessationOfOperation),
        ("AFFILIATION_CHANGED", .affiliationChanged), ("SUPERSEDED", .superseded),
        ("CERTIFICATE_HOLD", .certificateHold), ("PRIVILEGE_WITHDRAWN", .privilegeWithdrawn),
        ("AA_COMPROMISE", .aACompromise),
    ]

    /// The reason of a name.
    public init?(ans name: String) {
        guard let reason = Self.ansNames.first(where: { $0.0 == name })?.1 else { return nil }
        self = reason
    }

    /// The name in ANS; `CESSATION_OF_OPERATION` for reasons that it lacks.
    public var ansName: String { Self.ansNames.first { $0.1 == self }?.0 ?? "CESSATION_OF_OPERATION" }
}
