// The certificates that paths end at (RFC 5280 §6.1.1 (d)): chosen by the operator, not judged by who presents a chain.

public import PKIX
import X509

/// Trust anchors, found by name.
public struct TrustRoots: Sendable {
    /// How many there are.
    public var count: Int { self.bySubject.values.reduce(0) { $0 + $1.count } }
    /// How many documents of the sources could not be read as certificates, and are not trusted.
    public let skipped: Int
    private let bySubject: [NormalizedName: [PathCertificate]]

    /// Trusts certificates.
    ///
    /// - Throws: ``TrustError`` with `.trustRootsUnavailable` when there are none or too many, or one cannot be read.
    public init(_ certificates: [EncodedCertificate]) throws(TrustError) {
        try self.init(certificates, skipped: 0)
    }

    init(_ certificates: [EncodedCertificate], skipped: Int) throws(TrustError) {
        guard (1...Budget.trustRoots).contains(certificates.count) else {
            throw TrustError(
                .trustRootsUnavailable,
                "\(certificates.count) trust roots; there must be 1 to \(Budget.trustRoots)"
            )
        }
        var bySubject: [NormalizedName: [PathCertificate]] = [:]
        do {
            for certificate in certificates {
                let root = try PathCertificate(certificate)
                if bySubject[root.subject]?.contains(root) != true { bySubject[root.subject, default: []].append(root) }
            }
        } catch {
            throw TrustError(.trustRootsUnavailable, "a trust root cannot be read: \(error)")
        }
        self.bySubject = bySubject
        self.skipped = skipped
    }

    /// Those that may have issued what names its issuer so.
    func named(_ subject: NormalizedName) -> [PathCertificate] { self.bySubject[subject] ?? [] }

    /// Whether a certificate is itself a trust root.
    func contains(_ certificate: PathCertificate) -> Bool { self.named(certificate.subject).contains(certificate) }
}
