// Under which policies a certificate was issued (RFC 5280 §4.2.1.4).

public import SwiftASN1
public import X509

/// Policy identifiers, without qualifiers.
///
/// ```
/// certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation
///
/// PolicyInformation ::= SEQUENCE {
///      policyIdentifier   CertPolicyId,
///      policyQualifiers   SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo OPTIONAL }
/// ```
public struct CertificatePolicies: Hashable, Sendable {
    /// The policies.
    public var identifiers: [ASN1ObjectIdentifier]

    /// Creates the extension's value.
    public init(identifiers: [ASN1ObjectIdentifier]) {
        self.identifiers = identifiers
    }

    /// Reads the extension; qualifiers are passed over.
    ///
    /// - Throws: `ASN1Error` when the value is not `certificatePolicies`.
    public init(_ certificateExtension: Certificate.Extension) throws {
        let policies = try DER.sequence(
            of: PolicyInformation.self,
            identifier: .sequence,
            rootNode: try DER.parse(certificateExtension.value)
        )
        guard !policies.isEmpty else {
            throw ASN1Error.invalidASN1Object(reason: "certificatePolicies without a policy")
        }
        self.identifiers = policies.map(\.identifier)
    }
}

extension CertificatePolicies: CertificateExtensionConvertible {
    /// The extension, not critical.
    public func makeCertificateExtension() throws -> Certificate.Extension {
        var serializer = DER.Serializer()
        try serializer.serializeSequenceOf(self.identifiers.map(PolicyInformation.init))
        return Certificate.Extension(
            oid: ExtensionIdentifier.certificatePolicies,
            critical: false,
            value: serializer.serializedBytes[...]
        )
    }
}

/// The DER mirror of one policy.
private struct PolicyInformation: DERImplicitlyTaggable {
    static let defaultIdentifier = ASN1Identifier.sequence

    let identifier: ASN1ObjectIdentifier

    init(_ identifier: ASN1ObjectIdentifier) {
        self.identifier = identifier
    }

    init(derEncoded rootNode: ASN1Node, withIdentifier identifier: ASN1Identifier) throws {
        self.identifier = try DER.sequence(rootNode, identifier: identifier) { nodes in
            let policy = try ASN1ObjectIdentifier(derEncoded: &nodes)
            while nodes.next() != nil {}
            return policy
        }
    }

    func serialize(into coder: inout DER.Serializer, withIdentifier identifier: ASN1Identifier) throws {
        try coder.appendConstructedNode(identifier: identifier) { coder in
            try coder.serialize(self.identifier)
        }
    }
}
