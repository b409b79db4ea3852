// Whether the certificate is for whom it has to be (RFC 9525 §6; RFC 5280 §4.2.1.6). Common names do not count.

import PKIX
import SwiftASN1
import X509

extension PathRule {
    /// One of the subject alternative names is the identity.
    static let identity = PathRule("identity", citation: "RFC 9525 §6") { path in
        guard let identity = path.judgement.identity else { return nil }
        let names = path.leaf.extensions.subjectAlternativeNames.map { Array($0) } ?? []
        if names.contains(where: { Self.matches($0, identity) }) { return nil }
        let presented = names.prefix(5).map { "\($0)".printable(100) }.joined(separator: ", ")
        return "the certificate is not for \(identity); it is for \(presented.isEmpty ? "no name" : presented)"
    }

    private static func matches(_ name: GeneralName, _ identity: ReferenceIdentity) -> Bool {
        switch (name, identity) {
        case (.dnsName(let text), .host(let host)): self.matches(text, host)
        case (.ipAddress(let octets), .address(let address)): Array(octets.bytes) == address
        // RFC 3986 §6.2.1: as strings; what is equivalent by normalization is not issued here twice.
        case (.uniformResourceIdentifier(let text), .uri(let uri)): text == uri
        default: false
        }
    }

    /// RFC 9525 §6.3: without regard to case, label by label; a wildcard is the whole left-most label and stands for one.
    private static func matches(_ presented: String, _ host: HostName) -> Bool {
        let text = presented.lowercased()
        guard text.hasPrefix("*.") else { return (try? HostName(text)) == host }
        guard let zone = try? HostName(String(text.dropFirst(2))), zone.labelCount >= 2 else { return false }
        return AlternativeName.wildcard(zone).covers(.dns(host))
    }
}
