// What is kept of a chain.

import ACME
import Crypto
import PKIX
import X509

extension ServerCertificate {
    /// The certificate of a chain.
    ///
    /// - Throws: `PKIXError` when its key is none that we take.
    init(_ chain: IssuedChain, source: Source) throws(PKIXError) {
        self.init(
            certificate: chain.leaf.der,
            chain: chain.issuers.map(\.der),
            fingerprint: Array(SHA256.hash(data: chain.leaf.der)),
            publicKeyHash: try SubjectPublicKey(chain.leaf.fields.publicKey).sha256,
            notBefore: chain.validity.from,
            notAfter: chain.validity.to,
            source: source,
            timestamps: chain.signedTimestamps
        )
    }
}
