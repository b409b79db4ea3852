// One revoked certificate of a list (RFC 5280 §5.1.2.6, §5.3), written straight into a buffer: a list may have a million.

/// An entry of a CRL.
///
/// ```
/// SEQUENCE  {
///      userCertificate         CertificateSerialNumber,
///      revocationDate          Time,
///      crlEntryExtensions      Extensions OPTIONAL }
/// ```
public struct CRLEntry: Hashable, Sendable {
    /// The certificate.
    public var serialNumber: SerialNumber
    /// When it was revoked, or released.
    public var revokedAt: CertificateTime
    /// Why; `unspecified` is not written (RFC 5280 §5.3.1).
    public var reason: RevocationReason?
    /// Since when the key is known or suspected to be in other hands (RFC 5280 §5.3.2).
    public var invalidityDate: CertificateTime?
    /// Whether the certificate is no longer revoked: `removeFromCRL`, which delta CRLs alone have, in the reason's place.
    public var isRemoval: Bool

    /// Creates an entry.
    public init(
        serialNumber: SerialNumber,
        revokedAt: CertificateTime,
        reason: RevocationReason? = nil,
        invalidityDate: CertificateTime? = nil,
        isRemoval: Bool = false
    ) {
        self.serialNumber = serialNumber
        self.revokedAt = revokedAt
        self.reason = reason
        self.invalidityDate = invalidityDate
        self.isRemoval = isRemoval
    }

    /// How many octets ``serialize(appendingTo:)`` appends.
    public var encodedCount: Int { 2 + self.contentCount }

    /// Appends the encoded entry.
    public func serialize(appendingTo bytes: inout [UInt8]) {
        // An entry is shorter than 128 octets: every length takes one.
        let magnitude = self.serialNumber.bytes
        let hasSignOctet = magnitude.first ?? 0 >= 0x80
        bytes.append(DERTag.sequence)
        bytes.append(UInt8(self.contentCount))
        bytes.append(DERTag.integer)
        bytes.append(UInt8(magnitude.count + (hasSignOctet ? 1 : 0)))
        if hasSignOctet { bytes.append(0) }
        bytes.append(contentsOf: magnitude)
        bytes.appendTime(self.revokedAt)
        let extensionsCount = self.extensionsCount
        guard extensionsCount > 0 else { return }
        bytes.append(DERTag.sequence)
        bytes.append(UInt8(extensionsCount))
        if let code = self.reasonCode {
            bytes.append(contentsOf: Self.reasonHeader)
            bytes.append(code)
        }
        if let invalidityDate {
            bytes.append(contentsOf: Self.invalidityHeader)
            bytes.appendGeneralizedTime(invalidityDate)
        }
    }
}

extension CRLEntry {
    /// removeFromCRL (RFC 5280 §5.3.1).
    static let removeFromCRL: UInt8 = 8
    /// id-ce-cRLReasons.
    static let reasonIdentifier: [UInt8] = [0x55, 0x1D, 0x15]
    /// id-ce-invalidityDate.
    static let invalidityIdentifier: [UInt8] = [0x55, 0x1D, 0x18]

    /// Everything of the reasonCode extension before the code.
    private static let reasonHeader: [UInt8] =
        [DERTag.sequence, 10, DERTag.objectIdentifier, 3] + Self.reasonIdentifier
        + [DERTag.octetString, 3, DERTag.enumerated, 1]
    /// Everything of the invalidityDate extension before the GeneralizedTime.
    private static let invalidityHeader: [UInt8] =
        [DERTag.sequence, 24, DERTag.objectIdentifier, 3] + Self.invalidityIdentifier + [DERTag.octetString, 17]

    /// The code that is written, if one is.
    private var reasonCode: UInt8? {
        if self.isRemoval { return Self.removeFromCRL }
        guard let reason = self.reason, reason != .unspecified else { return nil }
        return UInt8(reason.code)
    }

    private var extensionsCount: Int {
        (self.reasonCode == nil ? 0 : 12) + (self.invalidityDate == nil ? 0 : 26)
    }

    private var contentCount: Int {
        let signOctet = self.serialNumber.bytes.first ?? 0 >= 0x80 ? 1 : 0
        let extensions = self.extensionsCount
        return 2 + self.serialNumber.bytes.count + signOctet + self.revokedAt.encodedTimeCount
            + (extensions == 0 ? 0 : 2 + extensions)
    }
}
