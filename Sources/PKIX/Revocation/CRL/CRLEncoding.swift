// A CRL around its entries (RFC 5280 §5.1): the entries pass by as a stream, their length alone is known beforehand.

import SwiftASN1
public import X509

/// What stands before and after the entries of a CRL.
///
/// ```
/// CertificateList  ::=  SEQUENCE  {
///      tbsCertList          TBSCertList,
///      signatureAlgorithm   AlgorithmIdentifier,
///      signatureValue       BIT STRING  }
///
/// TBSCertList  ::=  SEQUENCE  {
///      version                 Version OPTIONAL,
///      signature               AlgorithmIdentifier,
///      issuer                  Name,
///      thisUpdate              Time,
///      nextUpdate              Time OPTIONAL,
///      revokedCertificates     SEQUENCE OF SEQUENCE  { … } OPTIONAL,
///      crlExtensions           [0]  EXPLICIT Extensions OPTIONAL }
/// ```
/// Signed are ``prefix``, the entries and ``suffix``; the file is ``outer(signature:)`` around them.
public struct CRLEncoding: Hashable, Sendable {
    /// The to-be-signed octets before the entries.
    public let prefix: [UInt8]
    /// The to-be-signed octets after the entries.
    public let suffix: [UInt8]
    /// How many octets the entries take together.
    public let entriesLength: Int
    /// How it will be signed.
    public let scheme: SignatureScheme
}

extension CRLEncoding {
    /// Encodes the fields of a list whose entries take some octets together.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when a name or time cannot be encoded or a number is negative.
    public init(head: CRLHead, entriesLength: Int) throws(PKIXError) {
        guard entriesLength >= 0, head.number >= 0, head.deltaBase ?? 0 >= 0 else {
            throw PKIXError(.malformed, "a CRL with a negative number or length")
        }
        guard head.thisUpdate.isWritable, head.nextUpdate.isWritable else {
            throw PKIXError(.malformed, "a CRL with a time outside of the years 0 to 9999")
        }
        var suffix: [UInt8] = []
        suffix.appendElement(
            DERTag.constructed(0),
            RevocationExtension.encodedList(CRLExtensions.extensions(of: head))
        )
        var fields = try Self.fields(of: head)
        // RFC 5280 §5.1.2.6: without revoked certificates the list is absent.
        if entriesLength > 0 { fields.appendHeader(DERTag.sequence, length: entriesLength) }
        var prefix: [UInt8] = []
        prefix.appendHeader(DERTag.sequence, length: fields.count + entriesLength + suffix.count)
        prefix.append(contentsOf: fields)
        self.init(prefix: prefix, suffix: suffix, entriesLength: entriesLength, scheme: head.scheme)
    }

    /// How many octets are signed.
    public var signedLength: Int { self.prefix.count + self.entriesLength + self.suffix.count }

    /// What stands before and after the signed octets.
    public func outer(signature: [UInt8]) -> (prefix: [UInt8], suffix: [UInt8]) {
        var suffix: [UInt8] = []
        suffix.appendSignature(signature, scheme: self.scheme)
        var prefix: [UInt8] = []
        prefix.appendHeader(DERTag.sequence, length: self.signedLength + suffix.count)
        return (prefix, suffix)
    }

    private static func fields(of head: CRLHead) throws(PKIXError) -> [UInt8] {
        var fields: [UInt8] = []
        // RFC 5280 §5.1.2.1: extensions are there, so the version is v2, the integer 1.
        fields.append(contentsOf: [DERTag.integer, 1, 1])
        fields.append(contentsOf: head.scheme.algorithmIdentifier)
        fields.append(contentsOf: try head.issuer.derBytes())
        fields.appendTime(head.thisUpdate)
        fields.appendTime(head.nextUpdate)
        return fields
    }
}

extension DistinguishedName {
    /// The name's DER.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when it cannot be encoded.
    public func derBytes() throws(PKIXError) -> [UInt8] {
        var serializer = DER.Serializer()
        do {
            try serializer.serialize(self)
        } catch {
            throw PKIXError(.malformed, "a name cannot be encoded: \(error.reasonForMessage)")
        }
        return serializer.serializedBytes
    }
}
