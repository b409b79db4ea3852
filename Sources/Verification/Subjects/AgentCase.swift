// What is at hand of one agent: given by who asks, or known here.

import PKIX
import PublicTrust
import X509

/// An agent that is being verified.
struct AgentCase: Sendable {
    /// The name: asked for, or of the identity certificate.
    var name: ANSName?
    /// The host: asked for, of the name, or of the public certificate.
    var host: HostName?
    /// DER, the leaf first; empty when there is none.
    var identity: [[UInt8]] = [] {
        didSet { self.identityLeaf = self.identity.first.flatMap { try? EncodedCertificate(der: $0) } }
    }
    /// DER, the leaf first; empty when there is none.
    var server: [[UInt8]] = [] {
        didSet { self.serverLeaf = self.server.first.flatMap { try? EncodedCertificate(der: $0) } }
    }
    /// Whether who asks has given the public certificate.
    var isServerGiven = false
    private(set) var identityLeaf: EncodedCertificate?
    private(set) var serverLeaf: EncodedCertificate?
    /// What is known here.
    var facts: AgentFacts?
    /// Why nothing is known; nil when something is.
    var unknownBecause: String?

    /// The identity certificate has to be this name's; of a host, whatever ANS name it has is compared by ``Checks``.
    var identityReference: ReferenceIdentity? { self.name.map { .uri($0.description) } }
}

extension EncodedCertificate {
    /// The ANS name, when exactly one URI is there and is one.
    var ansName: ANSName? {
        let uris = (try? self.fields.extensions.subjectAlternativeNames)?.compactMap { name -> String? in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
        }
        guard let uris, uris.count == 1 else { return nil }
        return try? ANSName(uris[0])
    }

    /// The hosts that it is for, without wildcards.
    var hosts: [HostName] {
        ((try? self.fields.extensions.subjectAlternativeNames) ?? nil)?.compactMap { name in
            if case .dnsName(let text) = name { try? HostName(text.lowercased()) } else { nil }
        } ?? []
    }
}
