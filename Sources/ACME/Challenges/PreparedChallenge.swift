// A challenge with its answer computed (RFC 8555 §8.1): what a solver publishes, and where.

import Crypto
import JOSE

/// A challenge, and what answers it.
public struct PreparedChallenge: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// What has to be done.
    public let type: ChallengeType
    /// The name, without `*.`.
    public let identifier: ACMEIdentifier
    /// Whether it is for the wildcard of the name.
    public let isWildcard: Bool
    /// The random text of the challenge.
    public let token: String
    /// RFC 8555 §8.1: `token || '.' || base64url(Thumbprint(accountKey))`.
    public let keyAuthorization: String
    /// The account's address.
    public let accountURL: String

    /// Computes the answer.
    ///
    /// - Parameter thumbprint: the thumbprint of the account's key (RFC 7638).
    public init(
        type: ChallengeType,
        identifier: ACMEIdentifier,
        isWildcard: Bool,
        token: String,
        thumbprint: String,
        accountURL: String
    ) {
        self.type = type
        self.identifier = identifier
        self.isWildcard = isWildcard
        self.token = token
        self.keyAuthorization = "\(token).\(thumbprint)"
        self.accountURL = accountURL
    }

    /// SHA-256 of the key authorization: what a certificate for tls-alpn-01 carries (RFC 8737 §3).
    public var digest: [UInt8] { Array(SHA256.hash(data: Array(self.keyAuthorization.utf8))) }

    /// The name of the TXT record of dns-01 (RFC 8555 §8.4) or dns-account-01, without the final dot.
    public var recordName: String {
        guard self.type == .dnsAccount01 else { return "_acme-challenge.\(self.identifier.value)" }
        return "_\(Self.accountLabel(self.accountURL))._acme-challenge.\(self.identifier.value)"
    }

    /// The value of the TXT record; several may stand at one name.
    public var recordValue: String { Base64URL.encode(self.digest) }

    /// The path under which http-01 serves ``keyAuthorization`` (RFC 8555 §8.3).
    public var path: String { "/.well-known/acme-challenge/\(self.token)" }

    /// The server name of tls-alpn-01: the host, or an address in its reverse form (RFC 8738 §6).
    public var serverName: String {
        self.identifier.type == "ip" ? ReverseName.of(self.identifier.value) ?? "" : self.identifier.value
    }

    /// The first ten octets of the SHA-256 of the account's address, in base32 and lower case
    /// (draft-ietf-acme-dns-account-label §3.2).
    static func accountLabel(_ accountURL: String) -> String {
        let octets = SHA256.hash(data: Array(accountURL.utf8)).prefix(10)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        var (label, bits, count) = ("", UInt32(0), 0)
        for octet in octets {
            (bits, count) = (bits << 8 | UInt32(octet), count + 8)
            while count >= 5 {
                count -= 5
                label.append(alphabet[Int(bits >> UInt32(count) & 31)])
            }
        }
        return label
    }
}

extension PreparedChallenge: CustomStringConvertible {
    /// Type and name.
    public var description: String {
        "\(self.type) of \(self.isWildcard ? "*." : "")\(self.identifier.value.printable)"
    }
}
