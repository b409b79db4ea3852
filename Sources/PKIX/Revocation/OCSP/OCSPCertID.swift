// Which certificate a client asks about (RFC 6960 §4.1.1).

public import SwiftASN1

/// A CertID whose hash algorithm is one of ``OCSPHash``.
///
/// ```
/// CertID          ::=     SEQUENCE {
///     hashAlgorithm       AlgorithmIdentifier,
///     issuerNameHash      OCTET STRING, -- Hash of issuer's DN
///     issuerKeyHash       OCTET STRING, -- Hash of issuer's public key
///     serialNumber        CertificateSerialNumber }
/// ```
public struct OCSPCertID: Hashable, Sendable {
    /// The hash algorithm.
    public let hash: OCSPHash
    /// Whether the algorithm's parameters are NULL rather than absent.
    ///
    /// Clients write either; a response repeats what the request had, for clients compare octets.
    public let hasNullParameters: Bool
    /// The hash of the issuer's encoded subject; as long as the algorithm's hashes.
    public let issuerNameHash: [UInt8]
    /// The hash of the issuer's public key, the content of its BIT STRING; as long as the algorithm's hashes.
    public let issuerKeyHash: [UInt8]
    /// The content octets of the serial number's INTEGER, 1 to 21 with the sign; it may be no serial number of ours.
    public let serialNumber: [UInt8]

    /// Creates a CertID from octets; nothing is checked.
    public init(
        hash: OCSPHash,
        hasNullParameters: Bool,
        issuerNameHash: [UInt8],
        issuerKeyHash: [UInt8],
        serialNumber: [UInt8]
    ) {
        self.hash = hash
        self.hasNullParameters = hasNullParameters
        self.issuerNameHash = issuerNameHash
        self.issuerKeyHash = issuerKeyHash
        self.serialNumber = serialNumber
    }

    /// The CertID by which a client asks for a certificate.
    ///
    /// `issuerName` is the issuer's encoded subject, `issuerKey` the content of the BIT STRING of its key.
    public init(hash: OCSPHash, issuerName: [UInt8], issuerKey: [UInt8], serialNumber: SerialNumber) {
        self.init(
            hash: hash,
            hasNullParameters: true,
            issuerNameHash: hash.hash(issuerName),
            issuerKeyHash: hash.hash(issuerKey),
            serialNumber: serialNumber.integerOctets
        )
    }

    /// The serial number; `nil` when it is negative, zero or too long, and so no certificate's of ours.
    public var serial: SerialNumber? {
        guard let first = self.serialNumber.first, first < 0x80 else { return nil }
        return try? SerialNumber(bytes: self.serialNumber)
    }

    /// The encoded CertID.
    public func derEncoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        self.serialize(appendingTo: &bytes)
        return bytes
    }

    /// Appends the encoded CertID.
    public func serialize(into coder: inout DER.Serializer) { coder.serializeRawBytes(self.derEncoded()) }

    /// Appends the encoded CertID.
    func serialize(appendingTo bytes: inout [UInt8]) {
        let identifier = self.hash.objectIdentifier
        let algorithmLength = 2 + identifier.count + (self.hasNullParameters ? 2 : 0)
        let hashesLength = Self.encodedCount(self.issuerNameHash) + Self.encodedCount(self.issuerKeyHash)
        let length = 2 + algorithmLength + hashesLength + Self.encodedCount(self.serialNumber)
        bytes.appendHeader(DERTag.sequence, length: length)
        bytes.appendHeader(DERTag.sequence, length: algorithmLength)
        bytes.appendElement(DERTag.objectIdentifier, identifier)
        if self.hasNullParameters { bytes.appendHeader(DERTag.null, length: 0) }
        bytes.appendElement(DERTag.octetString, self.issuerNameHash)
        bytes.appendElement(DERTag.octetString, self.issuerKeyHash)
        bytes.appendElement(DERTag.integer, self.serialNumber)
    }

    private static func encodedCount(_ content: [UInt8]) -> Int {
        [UInt8].headerCount(length: content.count) + content.count
    }
}

extension SerialNumber {
    /// The content octets of the INTEGER: a zero before a first octet that would make the number negative.
    public var integerOctets: [UInt8] { (self.bytes.first ?? 0) < 0x80 ? self.bytes : [0] + self.bytes }
}
