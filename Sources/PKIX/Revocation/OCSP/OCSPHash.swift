// The hash algorithms of CertIDs that are answered: SHA-256, which RFC 9919 demands of clients, and SHA-1 for old ones.

import Crypto

/// A hash algorithm of CertIDs.
public enum OCSPHash: UInt8, Sendable, CaseIterable {
    /// SHA-1; it names an issuer here and secures nothing.
    case sha1
    /// SHA-256.
    case sha256

    /// The length of a hash in octets.
    public var byteCount: Int { self == .sha1 ? 20 : 32 }

    /// Hashes the encoded name of an issuer or the content of its key's BIT STRING (RFC 6960 §4.1.1).
    public func hash(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        }
    }

    /// The content octets of the OBJECT IDENTIFIER: id-sha1 (1.3.14.3.2.26) or id-sha256 (2.16.840.1.101.3.4.2.1).
    var objectIdentifier: [UInt8] { self == .sha1 ? Self.sha1Identifier : Self.sha256Identifier }

    private static let sha1Identifier: [UInt8] = [0x2B, 0x0E, 0x03, 0x02, 0x1A]
    private static let sha256Identifier: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
}
