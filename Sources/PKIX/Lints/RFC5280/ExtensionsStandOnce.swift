import SwiftASN1
import X509

extension Lint {
    /// No extension stands twice.
    static let extensionsStandOnce = Lint(
        "extensions_stand_once",
        citation: "RFC 5280 §4.2: \"A certificate MUST NOT include more than one instance of a particular "
            + "extension.\"",
        severity: .error
    ) { certificate in
        let extensions = certificate.extensions
        for (index, candidate) in extensions.enumerated()
        where extensions[..<index].contains(where: { $0.oid == candidate.oid }) {
            return "extension \(candidate.oid) stands twice"
        }
        return nil
    }
}
