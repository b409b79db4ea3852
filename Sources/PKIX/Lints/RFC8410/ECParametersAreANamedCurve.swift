import SwiftASN1

extension Lint {
    /// EC keys name their curve.
    static let ecParametersAreANamedCurve = Lint(
        "ec_parameters_are_a_named_curve",
        citation: "RFC 5480 §2.1.1: \"implicitCurve and specifiedCurve MUST NOT be used in PKIX.\"",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.ellipticCurve) else { return nil }
        let isNamed = certificate.publicKeyInfo?.parameters?.first == 0x06
        return isNamed ? nil : "the EC key's parameters are not the identifier of a curve"
    }
}
