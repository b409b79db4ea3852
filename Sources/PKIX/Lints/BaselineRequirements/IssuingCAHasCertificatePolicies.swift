import SwiftASN1

extension Lint {
    /// An issuing CA says under which policies it issues.
    static let issuingCAHasCertificatePolicies = Lint(
        "issuing_ca_has_certificate_policies",
        citation: "BR §7.1.2.6.1: `certificatePolicies`, presence \"MUST\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .issuingCA, !certificate.has(ExtensionIdentifier.certificatePolicies) else {
            return nil
        }
        return "an issuing CA's certificate lacks certificatePolicies"
    }
}
