// Certificates for the lints of RFC 5280, but those on names.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    static let rfc5280: [LintCase] = [
        LintCase("serial_number_is_positive", also: ["serial_number_has_64_bits"]) { $0.serialNumber = [0] },
        LintCase("serial_number_is_positive") { $0.serialNumber[0] = 0x80 },
        LintCase("version_is_v3") { $0.version = [] },
        LintCase("version_is_v3") { $0.version = [0xA0, 0x03, 0x02, 0x01, 0x01] },
        LintCase(
            "serial_number_fits_20_octets",
            passing: { $0.serialNumber = [UInt8](repeating: 0x7F, count: 20) },
            failing: { $0.serialNumber = [UInt8](repeating: 0x7F, count: 21) }
        ),
        LintCase(
            "serial_number_is_minimal",
            passing: { $0.serialNumber = [0x00, 0x80] + [UInt8](repeating: 1, count: 14) },
            failing: { $0.serialNumber = [0x00, 0x7F] + [UInt8](repeating: 1, count: 14) }
        ),
        LintCase("signature_algorithm_is_the_issuers") {
            $0.signatureAlgorithm = SignatureScheme.ecdsaSHA384.algorithmIdentifier
        },
        LintCase("issuer_is_not_empty", also: ["issuer_is_the_ca_subject"]) { $0.issuer = [0x30, 0x00] },
        LintCase("issuer_is_the_ca_subject") { $0.issuer = DERBytes.encoding(of: TBSFixture.rootName) },
        LintCase(
            "validity_switches_form_in_2050",
            passing: { $0.notAfter = DERBytes.node(0x17, Array("261231235959Z".utf8)) },
            failing: { $0.notAfter = DERBytes.node(0x18, Array("20261231235959Z".utf8)) }
        ),
        LintCase(
            "validity_switches_form_in_2050",
            .issuingCA,
            also: ["issuing_ca_validity_is_at_most_10_years", "validity_lies_within_the_issuers"],
            passing: { $0.notAfter = DERBytes.node(0x18, Array("20500101000000Z".utf8)) },
            failing: { $0.notAfter = DERBytes.node(0x18, Array("20491231235959Z".utf8)) }
        ),
        LintCase("validity_is_in_whole_seconds", also: ["validity_switches_form_in_2050"]) {
            $0.notAfter = DERBytes.node(0x18, Array("20261231235959.5Z".utf8))
        },
        LintCase(
            "validity_does_not_end_before_it_begins",
            passing: { $0.setValidity(seconds: 2) },
            failing: { $0.setValidity(seconds: 0) }
        ),
        LintCase(
            "validity_lies_within_the_issuers",
            passing: { $0.context.issuerNotAfter = TBSFixture.start + (90 * TBSFixture.day - 1) },
            failing: { $0.context.issuerNotAfter = TBSFixture.start + (90 * TBSFixture.day - 2) }
        ),
        LintCase("unique_identifiers_are_absent") { $0.uniqueIdentifiers = [0x81, 0x02, 0x00, 0x01] },
        LintCase("unique_identifiers_are_absent") { $0.uniqueIdentifiers = [0x82, 0x02, 0x00, 0x01] },
        LintCase(
            "extensions_are_present",
            also: [
                "authority_key_identifier_is_present", "end_entity_has_extended_key_usage", "key_usage_is_present",
                "revocation_is_pointed_to_or_ruled_out", "tls_common_name_is_an_alternative_name",
                "tls_has_server_auth", "tls_names_a_host_or_address",
            ]
        ) { $0.extensions = [] },
        LintCase("extensions_stand_once") { $0.extensions.append($0.extensions[0]) },
        LintCase("extension_values_decode", .issuingCA, also: ["path_length_needs_ca"]) {
            $0.set(.X509ExtensionID.keyUsage, critical: true, value: [0x05, 0x00])
        },
        LintCase("extension_values_decode", .issuingCA) {
            $0.set(.X509ExtensionID.nameConstraints, critical: true, value: [0x30, 0x00])
        },
        LintCase(
            "critical_extensions_are_known",
            passing: { $0.set([1, 2, 3, 4], value: [0x05, 0x00]) },
            failing: { $0.set([1, 2, 3, 4], critical: true, value: [0x05, 0x00]) }
        ),
        LintCase("authority_key_identifier_is_present") { $0.remove(.X509ExtensionID.authorityKeyIdentifier) },
        LintCase("authority_key_identifier_is_present", .issuingCA) {
            $0.set(.X509ExtensionID.authorityKeyIdentifier, value: [0x30, 0x00])
        },
        LintCase(
            "authority_key_identifier_is_the_issuers",
            .ocspResponder,
            failing: { $0.context.issuerKeyIdentifier[0] ^= 1 }
        ),
        LintCase("authority_key_identifier_is_not_critical") {
            $0.mark(.X509ExtensionID.authorityKeyIdentifier, critical: true)
        },
        LintCase(
            "subject_key_identifier_is_present_on_ca",
            .root,
            failing: { $0.remove(.X509ExtensionID.subjectKeyIdentifier) }
        ),
        LintCase("subject_key_identifier_is_not_critical") {
            $0.mark(.X509ExtensionID.subjectKeyIdentifier, critical: true)
        },
        LintCase("subject_key_identifier_is_derived_from_key") {
            $0.set(.X509ExtensionID.subjectKeyIdentifier, value: [0x04, 0x02, 0x01, 0x02])
        },
        LintCase("key_usage_is_present") { $0.remove(.X509ExtensionID.keyUsage) },
        LintCase("key_usage_is_critical") { $0.mark(.X509ExtensionID.keyUsage, critical: false) },
        LintCase("key_usage_is_not_empty", also: ["tls_key_usage_signs"]) {
            $0.set(.X509ExtensionID.keyUsage, critical: true, value: [0x03, 0x01, 0x00])
        },
        LintCase("ca_basic_constraints_are_asserted", .issuingCA, also: ["key_cert_sign_needs_ca"]) {
            $0.setBasicConstraints(.notCertificateAuthority)
        },
        LintCase("ca_basic_constraints_are_critical", .root) {
            $0.mark(.X509ExtensionID.basicConstraints, critical: false)
        },
        LintCase("ca_key_usage_signs_certificates_and_crls", .issuingCA) { $0.setUsage(KeyUsage(keyCertSign: true)) },
        LintCase("key_cert_sign_needs_ca", also: ["end_entity_signs_no_certificates_or_crls"]) {
            $0.setUsage(KeyUsage(digitalSignature: true, keyCertSign: true))
        },
        LintCase(
            "path_length_needs_ca",
            also: ["extension_values_decode"],
            passing: { $0.setBasicConstraints(.notCertificateAuthority) },
            failing: {
                $0.set(.X509ExtensionID.basicConstraints, critical: true, value: [0x30, 0x03, 0x02, 0x01, 0x00])
            }
        ),
        LintCase("path_length_needs_ca", .issuingCA, also: ["ca_key_usage_signs_certificates_and_crls"]) {
            $0.setUsage(KeyUsage(cRLSign: true))
        },
        LintCase(
            "path_length_fits_the_issuers",
            .issuingCA,
            passing: { $0.context.issuerPathLength = 1 },
            failing: { $0.context.issuerPathLength = 0 }
        ),
        LintCase("path_length_fits_the_issuers", .issuingCA) {
            $0.context.issuerPathLength = 2
            $0.setBasicConstraints(.isCertificateAuthority(maxPathLength: 2))
        },
        LintCase("end_entity_is_not_a_ca") { $0.setBasicConstraints(.isCertificateAuthority(maxPathLength: nil)) },
        LintCase("end_entity_signs_no_certificates_or_crls") {
            $0.setUsage(KeyUsage(digitalSignature: true, cRLSign: true))
        },
        LintCase("extended_key_usage_is_not_empty", also: ["tls_has_server_auth"]) {
            $0.set(.X509ExtensionID.extendedKeyUsage, value: [0x30, 0x00])
        },
        LintCase("crl_distribution_points_are_not_critical") {
            $0.mark(ExtensionIdentifier.crlDistributionPoints, critical: true)
        },
        LintCase("crl_distribution_points_have_addresses") {
            // One point with reasons and no name.
            $0.set(ExtensionIdentifier.crlDistributionPoints, value: [0x30, 0x06, 0x30, 0x04, 0x81, 0x02, 0x07, 0x80])
        },
        LintCase("information_access_is_not_critical") {
            $0.mark(.X509ExtensionID.authorityInformationAccess, critical: true)
        },
        LintCase("information_access_is_not_empty") { $0.setAccess([]) },
        LintCase("certificate_policies_stand_once", .issuingCA) {
            $0.set(try CertificatePolicies(identifiers: [[1, 2, 3], [1, 2, 3]]).makeCertificateExtension())
        },
        LintCase("name_constraints_need_ca") { $0.set(try nameConstraints(critical: true)) },
        LintCase(
            "name_constraints_are_critical",
            .issuingCA,
            passing: { $0.set(try nameConstraints(critical: true)) },
            failing: { $0.set(try nameConstraints(critical: false)) }
        ),
        LintCase("root_subject_is_its_issuer", .root) { $0.subject = DERBytes.encoding(of: TBSFixture.issuingName) },
        LintCase("root_signs_itself", .root) { $0.setKey(FixtureKey.p384.publicKey) },
    ]

    private static func nameConstraints(critical: Bool) throws -> Certificate.Extension {
        let constraints = NameConstraints(permittedSubtrees: [.dnsName("example.com")], excludedSubtrees: [])
        return try Certificate.Extension(constraints, critical: critical)
    }
}
