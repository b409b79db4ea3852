import SwiftASN1
import X509

extension Lint {
    /// Every certificate says what its key is for.
    static let keyUsageIsPresent = Lint(
        "key_usage_is_present",
        citation: "RFC 5280 §4.2.1.3: \"Conforming CAs MUST include this extension in certificates that contain "
            + "public keys that are used to validate digital signatures on other public key certificates or "
            + "CRLs.\"; here of every certificate",
        severity: .error
    ) { certificate in
        certificate.has(.X509ExtensionID.keyUsage) ? nil : "keyUsage is missing"
    }
}
