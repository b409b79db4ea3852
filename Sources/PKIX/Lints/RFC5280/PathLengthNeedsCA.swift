import SwiftASN1
import X509

extension Lint {
    /// A path length constraint stands only beside cA and keyCertSign.
    static let pathLengthNeedsCA = Lint(
        "path_length_needs_ca",
        citation: "RFC 5280 §4.2.1.9: \"CAs MUST NOT include the pathLenConstraint field unless the cA boolean is "
            + "asserted and the key usage extension asserts the keyCertSign bit.\"",
        severity: .error
    ) { certificate in
        // swift-certificates decodes no value without cA and with a length; its first element is then the INTEGER.
        let value = certificate.certificateExtension(.X509ExtensionID.basicConstraints)?.value ?? []
        let hasLengthOnly = value.dropFirst(2).first == 0x02
        let lacksUsage = certificate.pathLength != nil && certificate.decoded.keyUsage?.keyCertSign != true
        return hasLengthOnly || lacksUsage ? "pathLenConstraint stands without cA or keyCertSign" : nil
    }
}
