import SwiftASN1
import X509

extension Lint {
    /// noRevAvail's value is NULL.
    static let noRevAvailIsNull = Lint(
        "no_rev_avail_is_null",
        citation: "RFC 9608 §2: syntax \"NULL (i.e. '0500'H is the DER encoding)\"",
        severity: .error
    ) { certificate in
        guard let marker = certificate.certificateExtension(ExtensionIdentifier.noRevocationAvailable) else {
            return nil
        }
        return marker.value == [0x05, 0x00] ? nil : "noRevAvail's value is not NULL"
    }
}
