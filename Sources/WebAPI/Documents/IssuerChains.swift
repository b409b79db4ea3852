// The chains of the issuers, as they leave with every certificate: made once.

import CertificateAuthority
import NIOCore

/// The chains by issuer.
struct IssuerChains: Sendable {
    /// A chain in the two forms that it leaves in.
    struct Chain: Sendable {
        /// PEM certificates one after another.
        let pem: String
        /// A JSON array of PEM certificates.
        let json: ByteBuffer

        init(_ certificates: [[UInt8]]) {
            let texts = certificates.map(PEM.certificate)
            self.pem = texts.joined()
            var writer = JSONWriter(capacity: 64 + texts.reduce(0) { $0 + $1.utf8.count + 32 })
            writer.array { writer in
                for text in texts { writer.string(text) }
            }
            self.json = writer.buffer
        }
    }

    private let chains: [String: Chain]
    private let none = Chain([])

    init(_ issuers: [Issuer]) {
        self.chains = Dictionary(issuers.map { ($0.name, Chain($0.chain)) }) { first, _ in first }
    }

    /// The chain of an issuer; empty for one that the hierarchy has no more.
    subscript(issuer: String) -> Chain { self.chains[issuer] ?? self.none }
}
