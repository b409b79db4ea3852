// Bounds on work and waiting that a server can cause, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// An answer's body, in octets: a page of 100 certificates with their names is about 300 KiB.
    public static let answerBytes = 1_048_576
    /// A problem document, in octets: ours have a few hundred.
    public static let problemBytes = 16_384
    /// A reason in an error, in characters: a few lines of a terminal.
    public static let reasonCharacters = 600
    /// A token file, in octets: a token has 67 characters; other issuers' JWTs stay under 8 KiB, as header fields must.
    public static let tokenBytes = 8_192
    /// A file of roots, in octets; one certificate has about 1 KiB.
    public static let rootFileBytes = 65_536
    /// Roots in one file: the one in force and its successors.
    public static let roots = 16
    /// A file of an enrolment, in octets: an RSA-4096 key has about 3 KiB.
    public static let enrolmentFileBytes = 262_144
    /// CA certificates between an agent's certificate and the root; ours has one.
    public static let chainCertificates = 8
    /// Pages of a listing followed at most: 10 million certificates in pages of 100.
    public static let pages = 100_000
    /// The longest lifetime that can be asked for, in seconds: ten years; the profile's maximum is far below.
    public static let lifetimeSeconds: Int64 = 315_360_000
    /// Requests after which a revocation of many is given up: at two thousand certificates each, twenty million.
    static let revocationRequests = 10_000
}
