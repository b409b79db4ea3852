// What the transparency log says of certificates: for each that is issued, revoked or released one entry, made of what is
// committed and of nothing else, so that it can be made again.

import Crypto
import FoundationEssentials
import JSON
import PKIX

/// Makes the log's entries about certificates: canonical JSON (RFC 8785).
///
/// ```
/// {"certificate":{"fingerprint":"SHA256:…","issuer":"…","names":["…"],"notAfter":"…","notBefore":"…","profile":"…",
///  "serialNumber":"…"},"eventType":"CERTIFICATE_ISSUED","schemaVersion":"signet-certificate-v1","timestamp":"…"}
/// ```
/// A revocation has `revocation` with `reason` (RFC 5280 §5.3.1) and `revokedAt` besides; names stand as the certificate
/// shows them, and nothing of who asked for it is said.
public enum CertificateLogEntry {
    // Hashed into the log for ever: no member ever changes its meaning or its form under one version.
    /// The version of the entries' form.
    public static let schemaVersion = "signet-certificate-v1"

    /// A certificate was issued.
    ///
    /// - Throws: ``AuthorityError`` with `.storeFailed` when it cannot be written as JSON.
    public static func issued(_ certificate: StoredCertificate) throws(AuthorityError) -> [UInt8] {
        try self.entry("CERTIFICATE_ISSUED", of: certificate, at: certificate.issuedAt, revocation: nil)
    }

    /// A certificate was revoked, put on hold, or released from it.
    ///
    /// - Throws: ``AuthorityError`` with `.storeFailed` when it cannot be written as JSON.
    public static func changed(
        _ certificate: StoredCertificate,
        by change: RevocationChange
    ) throws(AuthorityError) -> [UInt8] {
        let type =
            switch change.kind {
            case .revoked: "CERTIFICATE_REVOKED"
            case .released: "CERTIFICATE_RELEASED"
            }
        return try self.entry(type, of: certificate, at: change.at, revocation: change.revocation)
    }

    /// In the place of an entry that cannot be made, or that the log cannot take.
    ///
    /// - Parameters:
    ///   - type: what happened, such as `CERTIFICATE_ISSUED`.
    ///   - reference: the number under which the store keeps it.
    ///   - entry: what the log cannot take; nil when it cannot be made.
    /// - Throws: ``AuthorityError`` with `.storeFailed` when it cannot be written as JSON.
    public static func omitted(_ type: String, reference: Int64, entry: [UInt8]?) throws(AuthorityError) -> [UInt8] {
        try self.canonical(
            [
                "schemaVersion": .string(self.schemaVersion), "eventType": .string(type),
                "omitted": .object(present: [
                    "reason": entry == nil ? "UNREADABLE" : "TOO_LONG", "reference": .integer(reference),
                    "sha256": entry.map { .string(Array(SHA256.hash(data: $0)).hexadecimal) },
                ]),
            ],
            "\(type) \(reference)"
        )
    }

    private static func entry(
        _ type: String,
        of certificate: StoredCertificate,
        at instant: CertificateTime,
        revocation: Revocation?
    ) throws(AuthorityError) -> [UInt8] {
        let json = JSONValue.object(present: [
            "schemaVersion": .string(self.schemaVersion),
            "eventType": .string(type),
            "timestamp": self.time(instant),
            "certificate": [
                "fingerprint": .string("SHA256:\(Array(SHA256.hash(data: certificate.certificate)).hexadecimal)"),
                "serialNumber": .string(certificate.serialNumber.description),
                "issuer": .string(certificate.issuer),
                "profile": .string(certificate.profile),
                "names": .array(self.names(of: certificate).map { .string($0) }),
                "notBefore": self.time(certificate.notBefore),
                "notAfter": self.time(certificate.notAfter),
            ],
            "revocation": revocation.map {
                ["reason": .string($0.reason.rawValue), "revokedAt": self.time($0.revokedAt)]
            },
        ])
        return try self.canonical(json, "the certificate \(certificate.serialNumber)")
    }

    private static func canonical(_ json: JSONValue, _ subject: String) throws(AuthorityError) -> [UInt8] {
        do { return try json.canonical } catch {
            throw AuthorityError(.storeFailed, "the log's entry of \(subject) cannot be written: \(error)")
        }
    }

    /// Alternative names with their kinds, or the one subject of a CA, which may have spaces.
    private static func names(of certificate: StoredCertificate) -> [String] {
        let names = certificate.names.split(separator: " ").map { String($0) }
        let areAlternative = names.allSatisfy { name in ["DNS:", "URI:", "IP:"].contains(where: name.hasPrefix) }
        return areAlternative ? names : [certificate.names]
    }

    private static func time(_ instant: CertificateTime) -> JSONValue {
        .string(instant.date.formatted(.iso8601))
    }
}
