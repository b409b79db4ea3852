// Certificates for the lints of RFC 5280 on subjects and alternative names.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    private static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]
    private static let organizationName: ASN1ObjectIdentifier = [2, 5, 4, 10]
    private static let countryName: ASN1ObjectIdentifier = [2, 5, 4, 6]

    static let rfc5280Names: [LintCase] = [
        LintCase("ca_subject_is_not_empty", .issuingCA, also: ["empty_subject_needs_critical_names"]) {
            $0.subject = [0x30, 0x00]
        },
        LintCase(
            "empty_subject_needs_critical_names",
            passing: {
                $0.subject = [0x30, 0x00]
                $0.mark(.X509ExtensionID.subjectAlternativeName, critical: true)
            },
            failing: { $0.subject = [0x30, 0x00] }
        ),
        LintCase("names_are_not_critical_beside_a_subject") {
            $0.mark(.X509ExtensionID.subjectAlternativeName, critical: true)
        },
        LintCase(
            "alternative_names_are_not_empty",
            also: ["tls_names_a_host_or_address", "tls_common_name_is_an_alternative_name"]
        ) { $0.setNames([]) },
        LintCase(
            "dns_names_follow_preferred_syntax",
            passing: { $0.setHosts(["*.example.com"]) },
            failing: {
                $0.setHosts(["agent.example.com."])
            }
        ),
        LintCase("dns_names_follow_preferred_syntax") { $0.setHosts(["agent..example.com"]) },
        LintCase("dns_names_follow_preferred_syntax") { $0.setHosts(["-agent.example.com"]) },
        LintCase("dns_names_follow_preferred_syntax") { $0.setHosts(["agent.example-.com"]) },
        LintCase("dns_names_follow_preferred_syntax") { $0.setHosts([" agent.example.com".replacing(" ", with: "@")]) },
        LintCase("dns_names_follow_preferred_syntax", also: ["subject_attributes_are_not_empty"]) { $0.setHosts([""]) },
        LintCase(
            "dns_name_labels_fit_63_octets",
            also: ["subject_attributes_fit_their_bounds"],
            passing: { $0.setHosts([String(repeating: "a", count: 63) + ".example"]) },
            failing: { $0.setHosts([String(repeating: "a", count: 64) + ".example"]) }
        ),
        LintCase(
            "dns_names_fit_253_octets",
            also: ["subject_attributes_fit_their_bounds"],
            passing: { $0.setHosts([Self.host(octets: 253)]) },
            failing: { $0.setHosts([Self.host(octets: 254)]) }
        ),
        LintCase("uri_names_are_absolute", .agentIdentity, also: Self.notAnANSName) {
            $0.setNames([.uniformResourceIdentifier("agent.example.com/path")])
        },
        LintCase("uri_names_are_absolute", .agentIdentity, also: Self.notAnANSName) {
            $0.setNames([.uniformResourceIdentifier("https:")])
        },
        LintCase("uri_names_are_absolute", .agentIdentity, also: Self.notAnANSName) {
            $0.setNames([.uniformResourceIdentifier("urn:a b")])
        },
        LintCase(
            "uri_names_name_a_host",
            .agentIdentity,
            also: Self.notAnANSName,
            passing: { $0.setNames([.uniformResourceIdentifier("https://user@[2001:db8::1]:8443/path")]) },
            failing: { $0.setNames([.uniformResourceIdentifier("https:///path")]) }
        ),
        LintCase(
            "uri_names_name_a_host",
            .agentIdentity,
            also: Self.notAnANSName,
            passing: { $0.setNames([.uniformResourceIdentifier("urn:uuid:0")]) },
            failing: { $0.setNames([.uniformResourceIdentifier("https://a_b.example:443")]) }
        ),
        LintCase(
            "ip_addresses_have_4_or_16_octets",
            passing: { $0.setNames([.dnsName(TBSFixture.host), Self.address(octets: 16)]) },
            failing: { $0.setNames([.dnsName(TBSFixture.host), Self.address(octets: 5)]) }
        ),
        LintCase(
            "subject_strings_are_utf8_or_printable",
            .ocspResponder,
            passing: {
                $0.setSubject([
                    ([0, 9, 2_342, 19_200_300, 100, 1, 25], 0x16, Array("example".utf8)),
                    ([1, 2, 840, 113_549, 1, 9, 1], 0x16, Array("ca@example.com".utf8)),
                ])
            },
            failing: { $0.setSubject([(Self.commonName, 0x14, Array("Teletex".utf8))]) }
        ),
        LintCase(
            "subject_strings_are_utf8_or_printable",
            .ocspResponder,
            also: ["subject_has_no_control_characters"]
        ) { $0.setSubject([(Self.commonName, 0x1E, [0x00, 0x42])]) },
        LintCase("subject_strings_are_utf8_or_printable", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x16, Array("IA5".utf8))])
        },
        LintCase("country_name_is_two_letters", .ocspResponder, also: ["subject_attributes_fit_their_bounds"]) {
            $0.setSubject([(Self.countryName, 0x13, Array("DEU".utf8))])
        },
        LintCase("country_name_is_two_letters", .ocspResponder) {
            $0.setSubject([(Self.countryName, 0x0C, Array("DE".utf8))])
        },
        LintCase("country_name_is_two_letters", .ocspResponder) {
            $0.setSubject([(Self.countryName, 0x13, Array("de".utf8))])
        },
        LintCase(
            "subject_attributes_fit_their_bounds",
            .ocspResponder,
            passing: { $0.setSubject([(Self.commonName, 0x0C, Array(String(repeating: "é", count: 64).utf8))]) },
            failing: { $0.setSubject([(Self.commonName, 0x0C, Array(String(repeating: "é", count: 65).utf8))]) }
        ),
        LintCase("subject_attributes_fit_their_bounds", .ocspResponder) {
            $0.setSubject([(Self.organizationName, 0x13, Array(String(repeating: "o", count: 65).utf8))])
        },
        LintCase("subject_attributes_are_not_empty", .ocspResponder) {
            $0.setSubject([(Self.commonName, 0x0C, [])])
        },
    ]

    private static let notAnANSName: Set<String> = ["identity_has_one_ans_name", "identity_has_no_other_names"]

    private static func address(octets: Int) -> GeneralName {
        .ipAddress(ASN1OctetString(contentBytes: ArraySlice(repeating: 1, count: octets)))
    }

    /// A host name of so many octets with labels of at most 63.
    private static func host(octets: Int) -> String {
        String(String(repeating: String(repeating: "a", count: 62) + ".", count: 4).prefix(octets - 2)) + "aa"
    }
}
