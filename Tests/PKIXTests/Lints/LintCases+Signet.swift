// Certificates for the lints of this project's own policy.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    private static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]

    static let signet: [LintCase] = [
        LintCase(
            "server_key_link_is_only_on_identities",
            passing: { _ in },
            failing: { $0.set(try ServerKeyLink(keyHash: [UInt8](repeating: 1, count: 32)).makeCertificateExtension()) }
        ),
        LintCase(
            "server_key_link_is_only_on_identities",
            .issuingCA,
            failing: { $0.set(try ServerKeyLink(keyHash: [UInt8](repeating: 1, count: 32)).makeCertificateExtension()) }
        ),
        LintCase(
            "issuing_ca_validity_is_at_most_10_years",
            .issuingCA,
            passing: { $0.setValidity(seconds: 3_653 * TBSFixture.day) },
            failing: { $0.setValidity(seconds: 3_653 * TBSFixture.day + 1) }
        ),
        LintCase(
            "responder_validity_is_at_most_90_days",
            .ocspResponder,
            passing: { $0.setValidity(seconds: 90 * TBSFixture.day) },
            failing: { $0.setValidity(seconds: 90 * TBSFixture.day + 1) }
        ),
        LintCase(
            "end_entity_validity_is_at_most_398_days",
            .agentIdentity,
            passing: { $0.setValidity(seconds: 398 * TBSFixture.day) },
            failing: { $0.setValidity(seconds: 398 * TBSFixture.day + 1) }
        ),
        LintCase("subject_key_is_not_the_issuers") { $0.setKey(FixtureKey.issuing.publicKey) },
        LintCase("subject_key_is_not_the_issuers", .issuingCA) { $0.setKey(FixtureKey.root.publicKey) },
        LintCase("subject_is_not_the_issuers", .ocspResponder) { $0.subject = $0.issuer },
        LintCase("alternative_names_are_unique") {
            $0.setNames([.dnsName(TBSFixture.host), .dnsName(TBSFixture.host)])
        },
        LintCase(
            "alternative_names_are_at_most_100",
            passing: { $0.setHosts((0..<100).map { "a\($0).example.com" }) },
            failing: { $0.setHosts((0..<101).map { "a\($0).example.com" }) }
        ),
        LintCase("alternative_names_are_of_checked_kinds", .ocspResponder) {
            $0.setNames([.rfc822Name("ca@example.com")])
        },
        LintCase("alternative_names_are_of_checked_kinds", .issuingCA) {
            $0.setNames([.directoryName(TBSFixture.rootName)])
        },
        LintCase("dns_names_are_lower_case") { $0.setHosts(["Agent.example.com"]) },
        LintCase("subject_has_no_control_characters", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x0C, Array("a\u{0}b".utf8))])
        },
        LintCase("subject_has_no_control_characters", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x0C, Array("a\u{85}b".utf8))])
        },
        LintCase("subject_has_no_surrounding_space", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x0C, Array("Responder ".utf8))])
        },
        LintCase("subject_has_no_surrounding_space", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x0C, Array(" Responder".utf8))])
        },
    ]
}
