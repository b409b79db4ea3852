import SwiftASN1

extension Lint {
    /// A delegated responder's certificate has ocsp-nocheck.
    static let responderHasNoCheck = Lint(
        "responder_has_no_check",
        citation: "BR §7.1.2.8.6: \"The CA MUST include the `id-pkix-ocsp-nocheck` extension\"; RFC 6960 "
            + "§4.2.2.2.1: \"A CA may specify that an OCSP client can trust a responder for the lifetime of "
            + "the responder's certificate.\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .ocspResponder, !certificate.has(ExtensionIdentifier.ocspNoCheck) else { return nil }
        return "a responder's certificate lacks ocsp-nocheck"
    }
}
