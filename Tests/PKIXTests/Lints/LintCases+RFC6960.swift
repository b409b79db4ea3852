// Certificates for the lints on delegated OCSP responders.

import PKIX
import SwiftASN1
import TestSupport
import X509

extension LintCase {
    static let rfc6960: [LintCase] = [
        LintCase("responder_extended_key_usage_is_ocsp_signing", .ocspResponder) {
            $0.setPurposes([.ocspSigning, .clientAuth])
        },
        LintCase(
            "responder_extended_key_usage_is_ocsp_signing",
            .ocspResponder,
            also: ["end_entity_has_extended_key_usage"]
        ) { $0.remove(.X509ExtensionID.extendedKeyUsage) },
        LintCase("responder_has_no_check", .ocspResponder) { $0.remove(ExtensionIdentifier.ocspNoCheck) },
        LintCase("no_check_is_null", .ocspResponder) {
            $0.set(ExtensionIdentifier.ocspNoCheck, value: [0x01, 0x01, 0xFF])
        },
        LintCase("no_check_is_not_critical", .ocspResponder) {
            $0.mark(ExtensionIdentifier.ocspNoCheck, critical: true)
        },
        LintCase("no_check_is_only_on_responders") { $0.set(MarkerExtension.ocspNoCheck.makeCertificateExtension()) },
        LintCase("ocsp_signing_is_only_on_responders") { $0.setPurposes([.serverAuth, .ocspSigning]) },
        LintCase("ocsp_signing_is_only_on_responders", .issuingCA) { $0.setPurposes([.ocspSigning]) },
        LintCase("responder_key_usage_is_digital_signature", .ocspResponder) {
            $0.setUsage(KeyUsage(digitalSignature: true, keyAgreement: true))
        },
    ]
}
