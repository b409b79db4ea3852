// Name constraints (RFC 5280 §4.2.1.10, §6.1.3 (b), (c), §6.1.4 (g)).

import PKIX
import SwiftASN1
import X509

extension PathRule {
    /// Every name of every certificate lies within what the CAs above it may name.
    static let nameConstraints = PathRule("name_constraints", citation: "RFC 5280 §4.2.1.10, §6.1.3 (b), (c)") { path in
        var comparisons = 0
        for (index, issuer) in path.certificates.enumerated() where index > 0 {
            guard let constraints = issuer.extensions.nameConstraints else { continue }
            for (below, certificate) in path.certificates[..<index].enumerated() {
                // RFC 5280 §6.1.3 (b): "If certificate i is self-issued and it is not the final certificate in the path,
                // skip this step".
                if below > 0, certificate.isSelfIssued { continue }
                for name in ConstrainedName.all(of: certificate, under: constraints) {
                    comparisons += constraints.permittedSubtrees.count + constraints.excludedSubtrees.count
                    guard comparisons <= Budget.nameComparisons else {
                        return "there are too many names and constraints"
                    }
                    if let reason = name.refusal(by: constraints) {
                        return "\(certificate.label): \(reason) by \(issuer.label)"
                    }
                }
            }
        }
        return nil
    }
}
