import SwiftASN1

extension Lint {
    /// Ed25519 keys have no algorithm parameters.
    static let ed25519ParametersAreAbsent = Lint(
        "ed25519_parameters_are_absent",
        citation: "RFC 8410 §3: \"For all of the OIDs, the parameters MUST be absent.\"",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.ed25519), certificate.publicKeyInfo?.parameters != nil else {
            return nil
        }
        return "the Ed25519 key has algorithm parameters"
    }
}
