import SwiftASN1

extension Lint {
    /// RSA keys have NULL as algorithm parameters.
    static let rsaParametersAreNull = Lint(
        "rsa_parameters_are_null",
        citation: "RFC 3279 §2.3.1: \"The parameters field MUST have ASN.1 type NULL for this algorithm "
            + "identifier.\"",
        severity: .error
    ) { certificate in
        guard certificate.hasKey(of: KeyAlgorithm.rsa), certificate.publicKeyInfo?.parameters != [0x05, 0x00] else {
            return nil
        }
        return "the RSA key's algorithm parameters are not NULL"
    }
}
