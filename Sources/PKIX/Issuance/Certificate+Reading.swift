// Certificates signed by any scheme of ours, for swift-certificates, which reads no RSASSA-PSS (RFC 4055 §3).

import SwiftASN1
public import X509

extension Certificate {
    /// Reads a certificate for its fields, whatever of our schemes it is signed with.
    ///
    /// swift-certificates refuses algorithms of signatures that it does not know. A certificate with RSASSA-PSS is read as
    /// if it named RSASSA-PKCS1-v1_5: fields and extensions are its own, algorithm and signature are not to be relied on.
    ///
    /// - Throws: `ASN1Error` or `CertificateError` when the bytes are no certificate.
    public init(reading bytes: [UInt8]) throws {
        do {
            try self.init(derEncoded: bytes)
        } catch {
            guard let renamed = try? Self.renamingPSS(bytes) else { throw error }
            try self.init(derEncoded: renamed)
        }
    }

    /// The certificate with its two AlgorithmIdentifiers exchanged; `nil` unless both are RSASSA-PSS.
    private static func renamingPSS(_ bytes: [UInt8]) throws -> [UInt8]? {
        let pss = SignatureScheme.rsaPSSSHA256.algorithmIdentifier
        var (outer, inner) = (try self.members(of: bytes), [[UInt8]]())
        guard outer.count == 3, outer[1] == pss else { return nil }
        inner = try self.members(of: outer[0])
        // version, serialNumber, signature (RFC 5280 §4.1).
        guard inner.count > 2, inner[2] == pss else { return nil }
        inner[2] = SignatureScheme.rsaPKCS1SHA256.algorithmIdentifier
        outer[0] = try self.sequence(of: inner)
        outer[1] = inner[2]
        return try self.sequence(of: outer)
    }

    private static func members(of bytes: [UInt8]) throws -> [[UInt8]] {
        try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in
            var members: [[UInt8]] = []
            while let node = nodes.next() { members.append(Array(node.encodedBytes)) }
            return members
        }
    }

    private static func sequence(of members: [[UInt8]]) throws -> [UInt8] {
        var serializer = DER.Serializer()
        serializer.appendConstructedNode(identifier: .sequence) { coder in
            for member in members { coder.serializeRawBytes(member) }
        }
        return serializer.serializedBytes
    }
}
