// Bounds on work that whoever presents a chain, or answers for a CA, can cause; each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// A certificate, in octets of DER: one of RSA 8192 with 100 names has some 10,000.
    public static let certificateBytes = 65_536
    /// Certificates presented together: public chains have two to four, cross-signed ones a few more.
    public static let chainCertificates = 16
    /// Certificates of a path, anchor included: OpenSSL's users set five to ten.
    public static let pathCertificates = 10
    /// Signatures verified while paths are sought: without a bound, CAs that sign each other make it grow with the factorial.
    public static let signatureChecks = 64
    /// Whole paths that are judged.
    public static let candidatePaths = 32
    /// Names compared with subtrees for one path: 100 names and 1,000 subtrees, several times over.
    public static let nameComparisons = 500_000
    /// Trust roots: Mozilla's program has some 150.
    public static let trustRoots = 2_000
    /// A file of trust roots, in octets: Debian's bundle has some 220,000.
    public static let rootFileBytes = 8_388_608
    /// Files of a directory of trust roots.
    public static let rootFiles = 2_000
    /// A URL of a status service, in octets.
    public static let urlBytes = 1_024
    /// Addresses of status services of one kind that are tried for one certificate: CAs name one, a few of them a second.
    public static let statusAddresses = 2
    /// An OCSP response, in octets: one with RSA 4096 and a delegate's certificate has some 4,000.
    public static let ocspResponseBytes = 65_536
    /// Certificates of an OCSP response that are looked at for the delegate's.
    public static let ocspCertificates = 4
    /// A CRL, in octets: partitioned ones have some 200,000, the largest of public CAs some ten million.
    public static let crlBytes = 16_777_216
    /// Octets of a request that goes into a URL: RFC 5019 §5 has 255 for the whole of it.
    public static let ocspGetBytes = 255
    /// Seconds by which clocks may differ.
    public static let clockSkew: Int64 = 300
    /// Seconds for which a status without nextUpdate is taken (RFC 6960 §2.4: newer information is always available).
    public static let statusAge: Int64 = 86_400
    /// Seconds for which an answer is remembered at most, so that many who ask do not become many requests.
    public static let statusMemory: Int64 = 600
    /// Answers that are remembered.
    public static let rememberedStatuses = 4_096
    /// Seconds for which a source that gave no answer is left alone: many who ask about one CA that is away ask it once.
    public static let failureMemory: Int64 = 30
    /// Octets of CRLs that are remembered: four of the largest, or hundreds of partitioned ones.
    public static let rememberedListBytes = 67_108_864
    /// Exchanges with status services at one time, for one who asks: verification, or the intake of certificates.
    public static let exchanges = 32
    /// Octets that the answers under way may have together; a CRL takes a quarter of them, whatever its size.
    public static let exchangeBytes = 67_108_864
    /// Addresses of a host that are looked at.
    public static let hostAddresses = 16
    /// Seconds of validity up to which a certificate needs no status (Baseline Requirements §1.6.1, "Short-lived").
    public static let shortLivedSeconds: Int64 = 10 * 86_400
}
