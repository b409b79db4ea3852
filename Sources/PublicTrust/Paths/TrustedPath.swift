// The outcome of validation, which only validation makes.

public import PKIX

/// A path from a certificate to a trust root that breaks no rule.
public struct TrustedPath: Hashable, Sendable {
    /// The certificates: the one in question first, the trust root last.
    public var certificates: [EncodedCertificate] { self.path.map(\.encoded) }
    /// The certificate in question.
    public let leaf: EncodedCertificate
    /// The trust root; the leaf itself when that is one.
    public let anchor: EncodedCertificate
    /// The names of the rules that were held against it, in order.
    public let rules: [String]
    /// When it was judged.
    public let time: CertificateTime
    let path: [PathCertificate]

    init(
        _ path: [PathCertificate],
        leaf: PathCertificate,
        anchor: PathCertificate,
        rules: [String],
        time: CertificateTime
    ) {
        self.path = path
        self.leaf = leaf.encoded
        self.anchor = anchor.encoded
        self.rules = rules
        self.time = time
    }
}
