import SwiftASN1

extension Lint {
    /// ocsp-nocheck stands on responders only.
    static let noCheckIsOnlyOnResponders = Lint(
        "no_check_is_only_on_responders",
        citation: "RFC 6960 §4.2.2.2.1: \"The CA does so by including the extension id-pkix-ocsp-nocheck\" in a "
            + "responder's certificate",
        severity: .error
    ) { certificate in
        guard certificate.role != .ocspResponder, certificate.has(ExtensionIdentifier.ocspNoCheck) else { return nil }
        return "ocsp-nocheck stands on a certificate that is no responder's"
    }
}
