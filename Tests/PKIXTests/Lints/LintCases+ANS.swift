// Certificates for the lints of the Agent Name Service.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    static let ans: [LintCase] = [
        LintCase("identity_has_one_ans_name", .agentIdentity) {
            $0.setNames([
                .uniformResourceIdentifier(TBSFixture.ansName),
                .uniformResourceIdentifier("ans://v1.0.1.agent.example.com"),
            ])
        },
        LintCase("identity_has_one_ans_name", .agentIdentity) { $0.remove(.X509ExtensionID.subjectAlternativeName) },
        LintCase("identity_has_no_other_names", .agentIdentity) {
            $0.setNames([.uniformResourceIdentifier(TBSFixture.ansName), .dnsName(TBSFixture.host)])
        },
        LintCase("ans_names_are_well_formed", .agentIdentity) {
            $0.setNames([.uniformResourceIdentifier("ans://v1.0.agent.example.com")])
        },
        LintCase("ans_names_are_well_formed", .agentIdentity) {
            $0.setNames([.uniformResourceIdentifier("ans://v1.0.0.Agent.example.com")])
        },
        LintCase("ans_names_are_well_formed", .agentIdentity) {
            $0.setNames([.uniformResourceIdentifier("ans:v1.0.0.agent.example.com")])
        },
        LintCase("identity_has_client_auth", .agentIdentity) { $0.setPurposes([.emailProtection]) },
        LintCase("identity_has_no_server_auth", .agentIdentity) { $0.setPurposes([.clientAuth, .serverAuth]) },
        LintCase("identity_key_usage_is_digital_signature", .agentIdentity) {
            $0.setUsage(KeyUsage(digitalSignature: true, nonRepudiation: true))
        },
        LintCase("tls_has_no_ans_name", also: ["tls_has_no_other_kinds_of_name"]) {
            $0.setNames([.dnsName(TBSFixture.host), .uniformResourceIdentifier(TBSFixture.ansName)])
        },
    ]
}
