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
    /// Agents of one host that are looked at.
    public static let agents = 256
    /// Characters of strangers' text that is repeated in a report.
    public static let quotedCharacters = 200
}
