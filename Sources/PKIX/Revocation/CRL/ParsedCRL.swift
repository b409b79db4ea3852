// A CRL read back (RFC 5280 §5): for the self-check, for tests, for the tool. Entries stay octets until they are asked for.

import SwiftASN1
public import X509

/// A signed CRL, its signature not yet verified.
public struct ParsedCRL: Sendable {
    /// The whole list.
    public let derEncoded: [UInt8]
    /// The issuer.
    public let issuer: DistinguishedName
    /// The encoded issuer.
    public let issuerBytes: [UInt8]
    /// When the list was made.
    public let thisUpdate: CertificateTime
    /// When the next one will be there; `nil` when it does not say.
    public let nextUpdate: CertificateTime?
    /// The entries in their order.
    public let entries: CRLEntries
    /// The octets of ``derEncoded`` that are signed.
    public let signedRange: Range<Int>
    /// The encoded `AlgorithmIdentifier` of the signature.
    public let signatureAlgorithm: [UInt8]
    /// The signature.
    public let signature: [UInt8]
    private let values: CRLExtensionValues

    /// Reads the DER of a `CertificateList` and looks at every entry once.
    ///
    /// - Throws: ``PKIXError`` with `.malformed`.
    public init(derEncoded bytes: [UInt8]) throws(PKIXError) {
        let span = bytes.span.bytes
        var outer = DERReader(0..<bytes.count)
        var message = DERReader(try outer.next(DERTag.sequence, "CertificateList", in: span).content)
        try outer.finish("the CRL")
        let signed = try message.next(DERTag.sequence, "tbsCertList", in: span)
        (self.signatureAlgorithm, self.signature) = try message.nextSignature(in: span)
        try message.finish("CertificateList")
        var reader = DERReader(signed.content)
        let fields = try CRLFields(&reader, in: span)
        guard fields.signatureAlgorithm == self.signatureAlgorithm else {
            throw DERReader.malformed("two different algorithms of the signature", at: signed.start)
        }
        let list = try reader.nextIfPresent(DERTag.sequence, in: span)?.content
        let extensions = try reader.nextIfPresent(DERTag.constructed(0), in: span)
        try reader.finish("tbsCertList")
        self.values =
            if let extensions { try CRLExtensionValues(extensions, in: span) } else { CRLExtensionValues() }
        self.entries = try CRLEntries(bytes, at: list ?? 0..<0)
        self.derEncoded = bytes
        self.signedRange = signed.encoded
        self.issuerBytes = fields.issuer
        self.issuer = try DistinguishedName(derBytes: fields.issuer)
        (self.thisUpdate, self.nextUpdate) = (fields.thisUpdate.time, fields.nextUpdate?.time)
    }
}

extension ParsedCRL {
    /// The scheme that the signature names; `nil` when it is none of ours.
    public var scheme: SignatureScheme? { SignatureScheme(algorithmIdentifier: self.signatureAlgorithm) }

    /// The CRL number, if there is one.
    public var number: Int64? { self.values.number }

    /// The number of the complete list that this delta completes; `nil` for a complete list.
    public var deltaBase: Int64? { self.values.deltaBase }

    /// The issuer's key identifier, if there is one.
    public var authorityKeyIdentifier: [UInt8]? { self.values.authorityKeyIdentifier }

    /// The addresses of the issuingDistributionPoint; `nil` for a list of all certificates.
    public var distributionPoint: [String]? { self.values.distributionPoint }

    /// Which of the issuer's certificates the list is about; all of them when it does not say.
    public var coverage: CRLCoverage { self.values.coverage }

    /// Whether an extension is critical that a relying party need not know.
    ///
    /// RFC 5280 §5.2: "If a CRL contains a critical extension that the application cannot process, then the application MUST
    /// NOT use that CRL to determine the status of certificates." Known are issuingDistributionPoint and deltaCRLIndicator.
    public var hasUnknownCriticalExtension: Bool {
        self.values.present.contains { present in
            present.isCritical && present.identifier != CRLExtensions.issuingDistributionPoint
                && present.identifier != CRLExtensions.deltaIndicator
        }
    }

    /// Where deltas to this list are.
    public var freshest: [String] { self.values.freshest }

    /// The octets that are signed.
    public var signedBytes: ArraySlice<UInt8> { self.derEncoded[self.signedRange] }
}

extension DistinguishedName {
    /// Reads an encoded name.
    init(derBytes: [UInt8]) throws(PKIXError) {
        do {
            try self.init(derEncoded: try DER.parse(derBytes))
        } catch {
            throw PKIXError(.malformed, "not a name: \(error.reasonForMessage)")
        }
    }
}
