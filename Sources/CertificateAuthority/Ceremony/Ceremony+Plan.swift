// What a ceremony would do, said without doing it.

import AtomicFiles
import PKIX

extension Ceremony {
    /// The steps in order, one line each; files decide what is there already, tokens are not opened.
    public static func plan(hierarchy: HierarchyDefinition, layout: StateLayout) -> [String] {
        var steps: [String] = []
        for token in hierarchy.tokens where token != hierarchy.root.key.token {
            steps.append("open token '\(token)', or prepare it when it is new")
            for key in Self.keys(on: token, of: hierarchy) {
                steps.append("  find key '\(key.label)', or generate it: \(key.type), not extractable, sign only")
            }
        }
        let root = hierarchy.root
        let issuers = hierarchy.issuers.filter { !AtomicFile.exists(layout.certificate($0.name)) }
        if AtomicFile.exists(layout.certificate("root")), issuers.isEmpty {
            steps.append(
                "keep the certificates of root and issuing CAs; the root's token is opened only if its CRL is due"
            )
        } else {
            steps.append("open token '\(root.key.token)', or prepare it when it is new")
            steps.append("  find key '\(root.key.label)', or generate it: \(root.key.type), not extractable, sign only")
            if !AtomicFile.exists(layout.certificate("root")) {
                steps.append("  sign the root certificate \(root.subject) by profile '\(root.profile)'")
            }
            for issuer in issuers {
                steps.append("  sign CA certificate \(issuer.subject) by profile '\(issuer.profile)'")
            }
            steps.append(
                "  sign the root's CRL, unless the last one lists every revocation and a third of its life is left"
            )
        }
        steps.append("write certificates to \(layout.certificates) and a transcript to \(layout.transcripts)")
        return steps
    }
}
