// The link from an agent's identity certificate to its public one: whoever shows the one can be held to the key of the other.

public import SwiftASN1
public import X509

/// The hash of the key that an agent's public certificate has; it stays true when that is renewed with its key.
///
/// ```
/// ServerKeyLink ::= SEQUENCE {
///      hashAlgorithm  AlgorithmIdentifier,   -- id-sha256, parameters absent (RFC 5754 §2)
///      keyHash        OCTET STRING }         -- of the SubjectPublicKeyInfo of the public certificate
/// ```
public struct ServerKeyLink: Hashable, Sendable {
    /// SHA-256 of the DER of the SubjectPublicKeyInfo, 32 octets.
    public let keyHash: [UInt8]

    /// Creates the extension's value.
    ///
    /// - Throws: ``PKIXError`` with `.malformed` when it is not 32 octets.
    public init(keyHash: [UInt8]) throws(PKIXError) {
        guard keyHash.count == 32 else {
            throw PKIXError(.malformed, "a link to a server's key of \(keyHash.count) octets; SHA-256 has 32")
        }
        self.keyHash = keyHash
    }

    /// Reads the extension.
    ///
    /// - Throws: `ASN1Error` or ``PKIXError`` when the value is not exactly a `ServerKeyLink` with SHA-256.
    public init(_ certificateExtension: Certificate.Extension) throws {
        let hash = try DER.sequence(try DER.parse(certificateExtension.value), identifier: .sequence) { nodes in
            let algorithm = try DER.sequence(try nodes.required("hashAlgorithm"), identifier: .sequence) { inner in
                try ASN1ObjectIdentifier(derEncoded: &inner)
            }
            guard algorithm == Self.sha256 else {
                throw ASN1Error.invalidASN1Object(reason: "a link to a server's key by a hash that is not SHA-256")
            }
            return try ASN1OctetString(derEncoded: &nodes)
        }
        try self.init(keyHash: Array(hash.bytes))
    }

    private static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
}

extension ServerKeyLink: CertificateExtensionConvertible {
    /// The extension, not critical: who does not know it loses nothing that it had.
    public func makeCertificateExtension() throws -> Certificate.Extension {
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { coder in
            try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(Self.sha256) }
            try coder.serialize(ASN1OctetString(contentBytes: self.keyHash[...]))
        }
        return Certificate.Extension(
            oid: ExtensionIdentifier.serverKeyLink,
            critical: false,
            value: serializer.serializedBytes[...]
        )
    }
}
