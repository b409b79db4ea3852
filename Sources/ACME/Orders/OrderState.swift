// An order as it survives a crash: a value from which another process can go on.

import PKIX

/// How far an order has come, with all that is needed to go on.
///
/// It is made by ``init(id:authority:request:)``, changed by ``OrderRunner`` alone, and stored through ``OrderJournal``
/// before each step. Its encoding (`Codable`) is what is stored.
public struct OrderState: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// What comes next.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        /// The order is to be placed.
        case intended
        /// The order is placed; ways to prove control are to be chosen.
        case ordered
        /// Answers to challenges are to be published.
        case presenting
        /// The CA is to look at the answers.
        case validating
        /// The request is to be sent, and the certificate to be waited for.
        case finalizing
        /// The certificate is to be fetched and checked.
        case downloading
        /// The certificate is here.
        case complete
        /// There will be none.
        case failed
    }

    /// The caller's name for the order.
    public let id: String
    /// The CA, by the address of its directory.
    public let authority: String
    /// What is ordered.
    public let terms: OrderTerms
    /// What comes next.
    public internal(set) var step = Step.intended
    /// Whether the certificate to be replaced turned out to be replaced already, so that it is no longer named.
    public internal(set) var isReplacementRefused = false
    /// The order's address.
    public internal(set) var orderURL: String?
    /// The proofs of control that are under way.
    public internal(set) var proofs: [ControlProof] = []
    /// Where the certificate is.
    public internal(set) var certificateURL: String?
    /// The certificate with its chain in PEM, checked.
    public internal(set) var chainPEM: String?
    /// Why there is none.
    public internal(set) var failure: OrderFailure?

    /// An order to place.
    ///
    /// - Parameters:
    ///   - id: The caller's name for it.
    ///   - authority: The CA: ``ACMEClient/authority``.
    public init(id: String, authority: String, request: OrderRequest) {
        self.id = id
        self.authority = authority
        self.terms = OrderTerms(request)
    }

    /// Whether nothing more will come of it but the removal of answers.
    public var isFinished: Bool { self.step == .complete || self.step == .failed }

    /// Whether answers to challenges may still be published.
    public var needsCleanUp: Bool { self.proofs.contains(where: \.mayBePresented) }

    /// The certificate with its chain.
    ///
    /// - Throws: ``ACMEError`` with `.malformedAnswer` when what was stored is not what was saved.
    public var chain: IssuedChain? {
        get throws(ACMEError) {
            guard let pem = self.chainPEM else { return nil }
            return try IssuedChain(pem: Array(pem.utf8))
        }
    }
}

/// A proof of control over one name.
public struct ControlProof: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The authorization's address.
    public let authorizationURL: String
    /// The challenge's address.
    public let challengeURL: String
    /// The challenge with its answer.
    public let challenge: PreparedChallenge
    /// Whether the answer may be published: true from before the attempt to after the removal.
    public internal(set) var mayBePresented = false
}

/// Why an order has failed.
public struct OrderFailure: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The code of ``ACMEError``.
    public let code: String
    /// What is wrong and what to do, for the agent's owner.
    public let reason: String
    /// The CA's own words.
    public let problem: ACMEProblem?

    init(_ error: ACMEError) {
        self.code = error.code.rawValue
        self.reason = error.reason
        self.problem = error.problem
    }
}
