import SwiftASN1
import X509

extension Lint {
    /// The link ties an agent's identity to its server's key; on any other certificate it would say nothing.
    static let serverKeyLinkIsOnlyOnIdentities = Lint(
        "server_key_link_is_only_on_identities",
        citation: "Signet: the link to a server's key stands in identity certificates alone",
        severity: .error
    ) { certificate in
        let isThere = certificate.certificateExtension(ExtensionIdentifier.serverKeyLink) != nil
        return isThere && certificate.role != .agentIdentity ? "a link to a server's key on another certificate" : nil
    }
}
