import SwiftASN1
import X509

extension Lint {
    /// Extensions hold what their identifiers say.
    static let extensionValuesDecode = Lint(
        "extension_values_decode",
        citation: "RFC 5280 §4.1: \"extnValue [...] contains the DER encoding of an ASN.1 value corresponding to "
            + "the extension type identified by extnID\"",
        severity: .error
    ) { certificate in
        certificate.decoded.undecodable.first.map { "the value of extension \($0) cannot be decoded" }
    }
}
