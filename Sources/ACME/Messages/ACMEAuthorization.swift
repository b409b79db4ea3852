// An authorization (RFC 8555 §7.1.4) with its challenges (§7.1.5, §8).

import JSON
public import PKIX

/// What the CA knows about our control of one name.
public struct ACMEAuthorization: Hashable, Sendable {
    /// The authorization's address.
    public let url: String
    /// The name, without `*.`.
    public let identifier: ACMEIdentifier
    /// Whether it is for the wildcard of the name.
    public let isWildcard: Bool
    /// `pending`, `valid`, `invalid`, `deactivated`, `expired` or `revoked`.
    public let status: ACMEStatus
    /// Until when it can be used.
    public let expires: CertificateTime?
    /// The ways to prove control; those of unknown types among them.
    public let challenges: [ACMEChallenge]

    init(_ reader: MessageReader, url: String) throws(ACMEError) {
        guard let identifier = reader.value["identifier"].flatMap({ ACMEIdentifier($0) }) else {
            throw reader.error("identifier", "is missing")
        }
        self.url = url
        self.isWildcard = reader.boolean("wildcard") ?? identifier.isWildcard
        self.identifier = ACMEIdentifier(type: identifier.type, value: identifier.baseValue)
        self.status = ACMEStatus(rawValue: try reader.required("status"))
        self.expires = reader.time("expires")
        // A challenge that cannot be read is one that we cannot meet; the others still can be.
        self.challenges = try reader.list("challenges").compactMap { value in
            (try? MessageReader(value, "a challenge", reader.addresses)).flatMap { try? ACMEChallenge($0) }
        }
    }

    /// The identifier as it stands in the order.
    public var orderedIdentifier: ACMEIdentifier {
        self.isWildcard ? ACMEIdentifier(type: "dns", value: "*." + self.identifier.value) : self.identifier
    }

    /// The problems of challenges that failed.
    public var problems: [ACMEProblem] { self.challenges.compactMap(\.problem) }
}

/// A type of challenge; open, since CAs have more than we know.
public struct ChallengeType: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The type's name.
    public let rawValue: String

    /// A type by its name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The type's name.
    public var description: String { self.rawValue.printable }

    /// A TXT record (RFC 8555 §8.4).
    public static let dns01 = ChallengeType(rawValue: "dns-01")
    /// A TXT record at a name of the account's own (draft-ietf-acme-dns-account-label).
    public static let dnsAccount01 = ChallengeType(rawValue: "dns-account-01")
    /// A file over HTTP (RFC 8555 §8.3).
    public static let http01 = ChallengeType(rawValue: "http-01")
    /// A certificate in a TLS handshake (RFC 8737).
    public static let tlsALPN01 = ChallengeType(rawValue: "tls-alpn-01")

    /// Whether the type proves control of all names below one: RFC 8555 §7.1.3 leaves it to the CA, and public CAs take
    /// DNS alone.
    var provesWildcard: Bool { self == .dns01 || self == .dnsAccount01 }
}

/// A challenge.
public struct ACMEChallenge: Hashable, Sendable {
    /// What has to be done.
    public let type: ChallengeType
    /// Where the CA is told that it is done.
    public let url: String
    /// `pending`, `processing`, `valid` or `invalid`.
    public let status: ACMEStatus
    /// The random text of the challenge; nil when it is absent or not as RFC 8555 §8.1 has it.
    public let token: String?
    /// Why it failed.
    public let problem: ACMEProblem?

    init(_ reader: MessageReader) throws(ACMEError) {
        self.type = ChallengeType(rawValue: try reader.required("type"))
        self.url = try reader.requiredURL("url")
        self.status = ACMEStatus(rawValue: try reader.text("status") ?? ACMEStatus.pending.rawValue)
        self.problem = reader.problem("error")
        // RFC 8555 §8.1: "It MUST NOT contain any characters outside the base64url alphabet": it becomes a file's name.
        let token = try reader.text("token")
        self.token = token.flatMap { (1...Budget.tokenBytes).contains($0.utf8.count) && $0.isBase64URL ? $0 : nil }
    }
}
