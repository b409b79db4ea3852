import SwiftASN1
import X509

extension Lint {
    /// ocsp-nocheck's value is NULL.
    static let noCheckIsNull = Lint(
        "no_check_is_null",
        citation: "RFC 6960 §4.2.2.2.1: \"The value of the extension SHALL be NULL.\"",
        severity: .error
    ) { certificate in
        guard let marker = certificate.certificateExtension(ExtensionIdentifier.ocspNoCheck) else { return nil }
        return marker.value == [0x05, 0x00] ? nil : "ocsp-nocheck's value is not NULL"
    }
}
