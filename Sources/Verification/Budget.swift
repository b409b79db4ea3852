// Bounds on work that whoever asks, or whoever writes a zone, can cause; each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// What is asked about, in octets: sixteen certificates of the largest size in PEM.
    public static let subjectBytes = 1_500_000
    /// Certificates of one PEM text.
    public static let subjectCertificates = 16
    /// Records of one type at one name that are looked at; a rollover has four TLSA records, an agent a few versions.
    public static let records = 64
    /// Characters of a TXT record that are looked at: a key of RSA 4096 in Base64 has some 750.
    public static let textBytes = 4_096
    /// Fields of a TXT record.
    public static let textFields = 32
    /// Registrations of one host that are looked at: the hundred versions that it may have, and some that have ended.
    public static let agents = 128
    /// Agents of one host whose keys are looked at for the one that holds a certificate: versions in use at the same time.
    public static let holders = 8
    /// Entries of the log about one certificate that are looked at: its issuance, and holds with their releases.
    public static let logEntries = 16
    /// Levels of JSON in an entry of the log, and members of an object of it: an agent with hundreds of functions fits.
    public static let logEntryDepth = 32
    /// Members of one object of an entry of the log.
    public static let logEntryMembers = 1_024
    /// Seconds after which a certificate that the log does not have counts as one that was kept from it.
    ///
    /// The greatest merge delay of Certificate Transparency's logs; ours integrates within a second, but for an outage.
    public static let logMergeDelay: Int64 = 86_400
    /// TLS handshakes with agents' hosts at one time.
    public static let handshakes = 32
    /// Octets that a host may send before its handshake is complete: BoringSSL takes chains of 100 KiB.
    public static let handshakeBytes = 262_144
    /// Seconds for one connection, and for a whole handshake with all of the host's addresses.
    public static let connectSeconds: Int64 = 4
    /// Seconds for all of it.
    public static let handshakeSeconds: Int64 = 10
    /// Addresses of a host that are looked at; of them the first few are tried.
    public static let hostAddresses = 16
    /// Addresses of a host that are tried.
    public static let triedAddresses = 2
    /// Characters of strangers' text that is repeated in a report.
    public static let quotedCharacters = 200
}
