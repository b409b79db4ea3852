// What the log tells of each certificate: its hash and what finds it, nothing that the certificate does not show.

import Crypto
public import JSON
public import PKIX

/// A certificate that was issued or revoked.
public struct CertificateEvent: Hashable, Sendable {
    /// `CERTIFICATE_ISSUED` or `CERTIFICATE_REVOKED`.
    public let type: LogEventType
    private let value: JSONValue

    /// A certificate was issued.
    ///
    /// - Parameters:
    ///   - der: the certificate.
    ///   - issuer: the name of the authority that issued it.
    ///   - raID: which registration authority tells of it.
    public init(
        issued der: [UInt8],
        serial: SerialNumber,
        issuer: String,
        profile: String,
        notBefore: CertificateTime,
        notAfter: CertificateTime,
        raID: String,
        at instant: CertificateTime
    ) {
        let certificate: JSONValue = [
            "fingerprint": .string(Self.fingerprint(of: der)), "serialNumber": .string(serial.description),
            "issuer": .string(issuer), "profile": .string(profile), "notBefore": .string(notBefore.description),
            "notAfter": .string(notAfter.description),
        ]
        self.init(.certificateIssued, certificate, [], raID: raID, at: instant)
    }

    /// A certificate was revoked.
    public init(
        revoked der: [UInt8],
        serial: SerialNumber,
        issuer: String,
        reason: String,
        revokedAt: CertificateTime,
        raID: String,
        at instant: CertificateTime
    ) {
        let certificate: JSONValue = [
            "fingerprint": .string(Self.fingerprint(of: der)), "serialNumber": .string(serial.description),
            "issuer": .string(issuer),
        ]
        let more = [
            JSONMember(name: "revocationReasonCode", value: .string(reason)),
            JSONMember(name: "revokedAt", value: .string(revokedAt.description)),
        ]
        self.init(.certificateRevoked, certificate, more, raID: raID, at: instant)
    }

    /// The event, as it goes into a ``LogEnvelope``.
    public var event: JSONValue { self.value }

    /// `SHA256:` and the digest of a certificate's DER in lower-case hexadecimal.
    public static func fingerprint(of der: [UInt8]) -> String {
        "SHA256:\(Array(SHA256.hash(data: der)).hexadecimal)"
    }

    private init(
        _ type: LogEventType,
        _ certificate: JSONValue,
        _ more: [JSONMember],
        raID: String,
        at instant: CertificateTime
    ) {
        self.type = type
        let head: JSONValue = ["eventType": .string(type.rawValue), "certificate": certificate]
        self.value = head.appending(more).appending([
            JSONMember(name: "raId", value: .string(raID)),
            JSONMember(name: "timestamp", value: .string(instant.description)),
        ])
    }
}
