// An order of a public certificate as it is kept: with the state of its ACME order, its answers in place, and its failures.

public import ACME
public import FoundationEssentials
import JOSE
public import PKIX

/// An order, from its placing to its end.
public struct ServerOrder: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// How far it is.
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is worked at, or will be.
        case underway
        /// The certificate is kept.
        case obtained
        /// There will be none.
        case failed
        /// It was given up by whom it was for.
        case cancelled
    }

    /// Its name with whoever placed it.
    public let reference: String
    /// Whose certificate it becomes.
    public let agent: String
    /// The host that it is for.
    public let host: String
    /// For whom, as the audit log names them.
    public let actor: String
    /// SHA-256 of the certificate that it renews, in hexadecimal.
    public let replaces: String?
    /// When it was placed.
    public let createdAt: Date
    /// The certificate request: DER in base64url.
    let request: String

    /// How far it is.
    public internal(set) var status = Status.underway
    /// The CA that it is with, by the name that the configuration has for it.
    public internal(set) var authority: String
    /// The order at the CA; nil before the first run, and when another is to take its place.
    public internal(set) var state: OrderState?
    /// How control of the host is proven.
    public internal(set) var way: ChallengeWay?
    /// The answers that may be in place.
    public internal(set) var answers: [PlacedAnswer] = []
    /// How often its owner has said that the answers are in place.
    public internal(set) var announcements = 0
    /// Runs in a row that ended without a step forward.
    public internal(set) var attempts = 0
    /// Runs in a row that ended because others have to act, or a limit is reached.
    public internal(set) var rests = 0
    /// Runs in a row that ended because the CA is away.
    public internal(set) var outages = 0
    /// Since when the CA is away.
    public internal(set) var outageSince: Date?
    /// How often it has left a CA that is away.
    public internal(set) var failovers = 0
    /// How often a fresh order took the place of one that the CA has lost.
    public internal(set) var restarts = 0
    /// What hindered the last run; why there is no certificate when it has failed.
    public internal(set) var failure: ServerOrderFailure?
    /// SHA-256 of the certificate that it got, in hexadecimal.
    public internal(set) var certificate: String?
    /// When it came to its end.
    public internal(set) var endedAt: Date?
    /// What ``outstanding`` keeps; nil, as in orders of former versions, for none.
    var left: [OutstandingOrder]?
    /// The text of ``revocation``.
    var revocationReason: String?

    /// An order that was just placed.
    public init(_ order: ServerCertificateOrder, authority: String, at instant: Date) {
        self.reference = order.reference
        self.agent = order.agent
        self.host = order.host
        self.actor = order.actor
        self.replaces = order.replaces?.hexadecimal
        self.createdAt = instant
        self.request = Base64URL.encode(order.request.derEncoded)
        self.authority = authority
    }

    /// The certificate request.
    ///
    /// - Throws: ``ServerCertificateError`` with `.invalidOrder` when what was stored is not what was saved.
    public var certificateRequest: ParsedCSR {
        get throws(ServerCertificateError) {
            guard let der = Base64URL.decode(self.request), let csr = try? ParsedCSR(der) else {
                throw ServerCertificateError(.invalidOrder, "the stored certificate request cannot be read")
            }
            return csr
        }
    }

    /// Whether nothing has to be done any more.
    public var isAtRest: Bool { self.status != .underway && self.answers.isEmpty && self.outstanding.isEmpty }

    /// What its public listener answers: the key authorizations by token.
    public var served: [String: String] {
        let own = self.answers.filter { $0.way == .listener }
        return Dictionary(own.map { ($0.challenge.token, $0.challenge.keyAuthorization) }) { first, _ in first }
    }

    /// The order as a JSON document.
    public var document: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }

    /// Reads a document.
    ///
    /// - Throws: `DecodingError` when it is none of ours.
    public init(document: [UInt8]) throws {
        self = try JSONDecoder().decode(ServerOrder.self, from: Data(document))
    }
}

/// What hinders an order, or has ended it.
public struct ServerOrderFailure: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The stable code.
    public let code: String
    /// What is wrong and what to do, with the CA's own words; safe to show to the agent's owner.
    public let reason: String

    init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }

    init(_ error: any Error) {
        switch error {
        case let error as ACMEError: self.init(code: error.code.rawValue, reason: error.reason)
        case let error as ServerCertificateError: self.init(code: error.code.rawValue, reason: error.reason)
        default:
            // What a store throws is for the log alone.
            let code = ServerCertificateError.Code.storeUnavailable.rawValue
            self.init(code: code, reason: "the order cannot go on now; it will be tried again")
        }
    }
}
