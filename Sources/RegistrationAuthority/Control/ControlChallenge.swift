// A challenge to prove control of a host name: DNS-01 and HTTP-01 in the form of RFC 8555 §8, with our own thumbprint in the
// place of an ACME account's.

import Crypto
public import DNS
public import FoundationEssentials
import JOSE

/// What the owner of a name has to publish, in one of two places.
public struct ControlChallenge: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// 128 random bits or more, base64url.
    public let token: String
    /// `token.thumbprint`, the thumbprint (RFC 7638) being that of the agent's key.
    public let keyAuthorization: String
    /// Until when it can be answered.
    public let expiresAt: Date

    /// Restores a challenge.
    public init(token: String, keyAuthorization: String, expiresAt: Date) {
        self.token = token
        self.keyAuthorization = keyAuthorization
        self.expiresAt = expiresAt
    }

    /// Draws a challenge of 256 random bits.
    init(thumbprint: String, expiresAt: Date, using generator: inout some RandomNumberGenerator) {
        let octets = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let token = Base64URL.encode(octets)
        self.init(token: token, keyAuthorization: "\(token).\(thumbprint)", expiresAt: expiresAt)
    }

    /// The value of the TXT record.
    ///
    /// RFC 8555 §8.4: "a client then computes the SHA-256 digest of the key authorization. The record provisioned to the
    /// DNS contains the base64url encoding of this digest."
    public var dnsValue: String {
        Base64URL.encode(Array(SHA256.hash(data: Array(self.keyAuthorization.utf8))))
    }

    /// The path of the resource whose content is the key authorization (RFC 8555 §8.3).
    public var httpPath: String { "/.well-known/acme-challenge/\(self.token)" }

    /// The owner of the TXT record.
    public static func dnsName(of host: DomainName) throws(DNSError) -> DomainName {
        try host.prepending("_acme-challenge")
    }
}

/// How control of a name was proven.
public enum ControlMethod: String, Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The name lies in a zone of ours and was free.
    case ownZone = "OWN_ZONE"
    /// A TXT record at `_acme-challenge`.
    case dns01 = "ACME-DNS-01"
    /// A resource under the host's name.
    case http01 = "ACME-HTTP-01"
}
