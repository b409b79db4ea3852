// Certificates for the lints of the CA/Browser Forum's Baseline Requirements.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    private static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]
    private static let organizationalUnitName: ASN1ObjectIdentifier = [2, 5, 4, 11]

    static let baselineRequirements: [LintCase] = [
        LintCase(
            "serial_number_has_64_bits",
            passing: { $0.serialNumber = [0x00, 0x80] + [UInt8](repeating: 0, count: 7) },
            failing: { $0.serialNumber = [0x7F] + [UInt8](repeating: 0, count: 6) }
        ),
        LintCase("authority_key_identifier_has_no_issuer_and_serial") {
            let identifier = AuthorityKeyIdentifier(
                keyIdentifier: $0.context.issuerKeyIdentifier[...],
                authorityCertIssuer: [.directoryName(TBSFixture.rootName)],
                authorityCertSerialNumber: Certificate.SerialNumber(1 as UInt64)
            )
            $0.set(try Certificate.Extension(identifier, critical: false))
        },
        LintCase("ca_key_usage_is_critical", .issuingCA, also: ["key_usage_is_critical"]) {
            $0.mark(.X509ExtensionID.keyUsage, critical: false)
        },
        LintCase("root_has_no_extended_key_usage", .root) { $0.setPurposes([.clientAuth]) },
        LintCase(
            "end_entity_has_extended_key_usage",
            also: ["tls_has_server_auth"],
            failing: { $0.remove(.X509ExtensionID.extendedKeyUsage) }
        ),
        LintCase("any_extended_key_usage_is_absent") { $0.setPurposes([.serverAuth, .any]) },
        LintCase("extended_key_usage_is_not_critical") { $0.mark(.X509ExtensionID.extendedKeyUsage, critical: true) },
        LintCase(
            "tls_names_a_host_or_address",
            also: ["tls_common_name_is_an_alternative_name"],
            failing: { $0.remove(.X509ExtensionID.subjectAlternativeName) }
        ),
        LintCase("tls_has_no_other_kinds_of_name") {
            $0.setNames([.dnsName(TBSFixture.host), .uniformResourceIdentifier("https://agent.example.com/")])
        },
        LintCase("tls_has_server_auth") { $0.setPurposes([.clientAuth]) },
        LintCase("tls_key_usage_signs") { $0.setUsage(KeyUsage(keyAgreement: true)) },
        LintCase(
            "tls_common_name_is_an_alternative_name",
            passing: { $0.setSubject([(Self.commonName, 0x0C, Array("192.0.2.1".utf8))]) },
            failing: { $0.setSubject([(Self.commonName, 0x0C, Array("other.example.com".utf8))]) }
        ),
        LintCase("relative_names_hold_one_attribute") {
            let unit = DERBytes.attribute(Self.organizationalUnitName, 0x0C, Array("A".utf8))
            let name = DERBytes.attribute(Self.commonName, 0x0C, Array(TBSFixture.host.utf8))
            $0.subject = DERBytes.sequence(DERBytes.node(0x31, unit + name))
        },
        LintCase(
            "subject_attributes_stand_once",
            passing: {
                $0.setSubject([
                    (Self.organizationalUnitName, 0x0C, Array("A".utf8)),
                    (Self.organizationalUnitName, 0x0C, Array("B".utf8)),
                ])
            },
            failing: {
                let host = Array(TBSFixture.host.utf8)
                $0.setSubject([(Self.commonName, 0x0C, host), (Self.commonName, 0x0C, host)])
            }
        ),
        LintCase("crl_addresses_are_http") {
            $0.set(try CRLDistributionPoints(uris: ["https://ca.example.com/a.crl"]).makeCertificateExtension())
        },
        LintCase("crl_addresses_are_http") {
            $0.set(try CRLDistributionPoints(uris: ["ldap://ca.example.com/cn=a"]).makeCertificateExtension())
        },
        LintCase("information_access_addresses_are_http") {
            $0.setAccess([.init(method: .issuingCA, location: .uniformResourceIdentifier("ftp://ca.example.com/a"))])
        },
        LintCase("information_access_addresses_are_http") {
            $0.setAccess([.init(method: .ocspServer, location: .dnsName("ca.example.com"))])
        },
        LintCase("issuing_ca_has_certificate_policies", .issuingCA) {
            $0.remove(ExtensionIdentifier.certificatePolicies)
        },
        LintCase("public_key_is_strong", .agentIdentity) {
            $0.setKey([1, 3, 101, 112], parameters: [], key: [UInt8](repeating: 0, count: 32))
        },
        LintCase("public_key_is_strong") {
            $0.setKey([1, 3, 101, 113], parameters: [], key: [UInt8](repeating: 7, count: 57))
        },
        LintCase("dns_names_are_not_ip_addresses") { $0.setHosts(["192.0.2.1"]) },
        LintCase("dns_names_have_no_underscore", also: ["dns_names_follow_preferred_syntax"]) {
            $0.setHosts(["my_agent.example.com"])
        },
        LintCase(
            "wildcards_are_the_whole_first_label",
            also: ["dns_names_follow_preferred_syntax"],
            passing: { $0.setHosts(["*.example.com"]) },
            failing: { $0.setHosts(["a*.example.com"]) }
        ),
        LintCase("wildcards_are_the_whole_first_label", also: ["dns_names_follow_preferred_syntax"]) {
            $0.setHosts(["*.*.example.com"])
        },
        LintCase("wildcards_are_the_whole_first_label") { $0.setHosts(["*.com"]) },
        LintCase(
            "no_rev_avail_is_short_lived",
            passing: { $0.makeShortLived() },
            failing: {
                $0.makeShortLived()
                $0.setValidity(seconds: 7 * TBSFixture.day + 1)
            }
        ),
        LintCase(
            "root_validity_is_at_most_9132_days",
            .root,
            passing: { $0.setValidity(seconds: 9_132 * TBSFixture.day) },
            failing: { $0.setValidity(seconds: 9_132 * TBSFixture.day + 1) }
        ),
    ]
}
