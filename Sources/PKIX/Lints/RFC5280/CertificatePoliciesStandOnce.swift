import SwiftASN1
import X509

extension Lint {
    /// No policy stands twice.
    static let certificatePoliciesStandOnce = Lint(
        "certificate_policies_stand_once",
        citation: "RFC 5280 §4.2.1.4: \"A certificate policy OID MUST NOT appear more than once in a certificate "
            + "policies extension.\"",
        severity: .error
    ) { certificate in
        guard let policies = certificate.decoded.certificatePolicies?.identifiers, policies.count > 1 else {
            return nil
        }
        return Set(policies).count == policies.count ? nil : "a policy stands twice in certificatePolicies"
    }
}
