// Where the CRL of a certificate is found (RFC 5280 §4.2.1.13).

import SwiftASN1
public import X509

/// Addresses of CRLs, each a distribution point of its own with one full name.
///
/// ```
/// CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint
///
/// DistributionPoint ::= SEQUENCE {
///      distributionPoint       [0]     DistributionPointName OPTIONAL,
///      reasons                 [1]     ReasonFlags OPTIONAL,
///      cRLIssuer               [2]     GeneralNames OPTIONAL }
///
/// DistributionPointName ::= CHOICE {
///      fullName                [0]     GeneralNames,
///      nameRelativeToCRLIssuer [1]     RelativeDistinguishedName }
/// ```
public struct CRLDistributionPoints: Hashable, Sendable {
    /// The addresses.
    public var uris: [String]

    /// Creates the extension's value.
    public init(uris: [String]) {
        self.uris = uris
    }

    /// Reads the extension; points without a full name that is a URI are passed over.
    ///
    /// - Throws: `ASN1Error` when the value is not `CRLDistributionPoints`.
    public init(_ certificateExtension: Certificate.Extension) throws {
        let points = try DER.sequence(
            of: DistributionPoint.self,
            identifier: .sequence,
            rootNode: try DER.parse(certificateExtension.value)
        )
        guard !points.isEmpty else {
            throw ASN1Error.invalidASN1Object(reason: "CRLDistributionPoints without a point")
        }
        self.uris = points.flatMap(\.uris)
    }
}

extension CRLDistributionPoints: CertificateExtensionConvertible {
    /// The extension, not critical: RFC 5280 §4.2.1.13, "The extension SHOULD be non-critical".
    public func makeCertificateExtension() throws -> Certificate.Extension {
        var serializer = DER.Serializer()
        try serializer.serializeSequenceOf(self.uris.map { DistributionPoint(uris: [$0]) })
        return Certificate.Extension(
            oid: ExtensionIdentifier.crlDistributionPoints,
            critical: false,
            value: serializer.serializedBytes[...]
        )
    }
}

/// The DER mirror of one point.
private struct DistributionPoint: DERImplicitlyTaggable {
    static let defaultIdentifier = ASN1Identifier.sequence
    private static let zero = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
    private static let reasons = ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific)
    private static let issuer = ASN1Identifier(tagWithNumber: 2, tagClass: .contextSpecific)

    let uris: [String]

    init(uris: [String]) {
        self.uris = uris
    }

    init(derEncoded rootNode: ASN1Node, withIdentifier identifier: ASN1Identifier) throws {
        self.uris = try DER.sequence(rootNode, identifier: identifier) { nodes in
            let names = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) { name in
                name.identifier == Self.zero
                    ? try DER.sequence(of: GeneralName.self, identifier: Self.zero, rootNode: name) : []
            }
            while let node = nodes.next() {
                guard node.identifier == Self.reasons || node.identifier == Self.issuer else {
                    throw ASN1Error.unexpectedFieldType(node.identifier)
                }
            }
            return (names ?? []).compactMap { name in
                if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
            }
        }
    }

    func serialize(into coder: inout DER.Serializer, withIdentifier identifier: ASN1Identifier) throws {
        try coder.appendConstructedNode(identifier: identifier) { coder in
            try coder.appendConstructedNode(identifier: Self.zero) { coder in
                try coder.serializeSequenceOf(
                    self.uris.map(GeneralName.uniformResourceIdentifier),
                    identifier: Self.zero
                )
            }
        }
    }
}
