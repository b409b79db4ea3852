// What a certificate of a kind contains: keys, names, extensions, lifetime, revocation pointers. Data, not code.

public import SwiftASN1
public import X509

/// A certificate profile, as a file of `ca/profiles/` defines it.
public struct CertificateProfile: Sendable {
    /// The profile's name, as requests give it.
    public let name: String
    /// One line for people.
    public let summary: String
    /// What certificates of this profile are for.
    public let role: CertificateRole
    /// The name of the issuing CA in the hierarchy; `nil` for what the root itself signs.
    public let issuer: String?
    /// Who may ask for a certificate of this profile.
    public let requestedBy: ProfileRequester
    /// The keys admitted.
    public let keys: [AdmittedKey]
    /// The lifetime in seconds when the request names none.
    public let lifetime: Int64
    /// The longest lifetime in seconds that a request may name.
    public let maximumLifetime: Int64
    /// How far notBefore lies before the moment of issuance, in seconds.
    public let backdate: Int64
    /// The names admitted from a request.
    public let names: AdmittedNames
    /// Where the subject's common name comes from.
    public let commonName: CommonNameSource
    /// The key usage.
    public let keyUsage: KeyUsage
    /// The extended key usage; empty for none.
    public let extendedKeyUsage: [ExtendedKeyUsage.Usage]
    /// How the certificate's status can be learnt.
    public let revocation: RevocationPointers
    /// Certificate policies.
    public let policies: [ASN1ObjectIdentifier]
    /// The path length constraint of a CA.
    public let pathLength: Int?
    /// Whether certificates carry the link to the server's key (``ServerKeyLink``) when the order has its hash.
    public let serverKeyLink: Bool
    /// SHA-256 of the file, 32 octets: what the audit log names the profile's version by.
    public let sha256: [UInt8]
    /// The file's name, for messages about rules that only the whole shows broken.
    public let file: String
}

/// Who may ask for a certificate of a profile.
public enum ProfileRequester: String, Hashable, Sendable, CaseIterable {
    /// Any caller of the API whose role permits issuance.
    case api
    /// The daemon, for itself.
    case daemon
    /// The key ceremony.
    case ceremony
}

/// Where a subject's common name comes from.
public enum CommonNameSource: String, Hashable, Sendable, CaseIterable {
    /// The subject has none; it is empty.
    case none
    /// The host of the first name, when it has at most 64 characters.
    case host
    /// The hierarchy names the subject.
    case hierarchy
}

/// How the status of a certificate can be learnt.
public enum RevocationPointers: String, Hashable, Sendable, CaseIterable {
    /// CRL and OCSP addresses.
    case published
    /// A CRL address only.
    case crlOnly = "crl-only"
    /// `noRevAvail` for a life of at most seven days, addresses for a longer one (RFC 9608).
    case noneIfShortLived = "none-if-short-lived"
    /// Nothing: a root, or a responder with ocsp-nocheck.
    case none
}

extension CertificateProfile {
    /// Seven days in seconds: the longest life without revocation (CA/B Forum BR §1.6.1, "Short-lived Subscriber Certificate").
    public static let shortLivedSeconds: Int64 = 7 * 86_400
}
