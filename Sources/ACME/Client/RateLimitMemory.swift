// Limits of CAs that were met, remembered so that no order goes where it will be refused.

public import PKIX

/// A door of a CA that is closed until a time.
public struct ClosedDoor: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// For what it is closed.
    public enum Scope: Hashable, Sendable, Codable {
        /// For the whole account.
        case account
        /// For a name and all below it.
        case name(String)
        /// For one set of identifiers.
        case identifiers([ACMEIdentifier])
    }

    /// The CA, by the address of its directory.
    public let authority: String
    /// The account, by the thumbprint of its key.
    public let account: String
    /// For what it is closed.
    public let scope: Scope
    /// When it opens.
    public let until: CertificateTime
    /// Whether it is closed for renewals in the CA's own window (`replaces`) as well, which most limits spare.
    public let includesRenewals: Bool
    /// The CA's words.
    public let reason: String

    /// Creates a door.
    public init(
        authority: String,
        account: String,
        scope: Scope,
        until: CertificateTime,
        includesRenewals: Bool,
        reason: String
    ) {
        self.authority = authority
        self.account = account
        self.scope = scope
        self.until = until
        self.includesRenewals = includesRenewals
        self.reason = reason
    }

    /// Whether an order would be refused.
    public func isClosed(for identifiers: [ACMEIdentifier], isRenewal: Bool, at now: CertificateTime) -> Bool {
        guard now < self.until, !isRenewal || self.includesRenewals else { return false }
        switch self.scope {
        case .account: return true
        case .name(let name): return identifiers.contains { $0.lies(under: name) }
        case .identifiers(let set): return Set(set) == Set(identifiers)
        }
    }
}

/// Remembers closed doors.
///
/// What is recorded is durable on return and seen by all processes of the installation. Any number of tasks may call at
/// once. Doors that have opened may be forgotten.
public protocol RateLimitMemory: Sendable {
    /// The doors of a CA that are closed to an account.
    func closedDoors(authority: String, account: String, at now: CertificateTime) async throws -> [ClosedDoor]

    /// Remembers a door; one of the same scope is replaced.
    func close(_ door: ClosedDoor) async throws
}

extension ACMEIdentifier {
    func lies(under name: String) -> Bool { self.baseValue == name || self.baseValue.hasSuffix("." + name) }
}

extension ClosedDoor.Scope {
    /// What a limit that an order met is about.
    ///
    /// Problems name it in subproblems (RFC 8555 §6.7.1), or as Let's Encrypt does in words: `for "example.com"`, `for this
    /// exact set of identifiers`. What cannot be told is taken for the whole account: no order shall go into a closed
    /// door.
    init(_ problem: ACMEProblem?, of identifiers: [ACMEIdentifier]) {
        let detail = problem?.detail ?? ""
        let quoted = detail.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { $0.element.lowercased() }
        let named = problem?.subproblems.compactMap(\.identifier?.baseValue) ?? []
        let names = (named + quoted).filter { name in identifiers.contains { $0.lies(under: name) } }
        if detail.contains("exact set of") {
            self = .identifiers(identifiers)
        } else if let name = names.first {
            self = names.count == 1 ? .name(name) : .identifiers(identifiers)
        } else {
            self = .account
        }
    }
}

extension ACMEClient {
    /// Refuses an order that the CA has said it would refuse.
    ///
    /// - Throws: ``ACMEError`` with `.rateLimited`; nothing was sent.
    func checkDoors(_ identifiers: [ACMEIdentifier], isRenewal: Bool) async throws {
        let now = self.environment.now()
        let doors = try await self.limits.closedDoors(authority: self.authority, account: self.thumbprint, at: now)
        let closed = doors.filter { $0.isClosed(for: identifiers, isRenewal: isRenewal, at: now) }
        guard let door = closed.max(by: { $0.until < $1.until }) else { return }
        throw ACMEError(
            .rateLimited,
            "nothing was sent: a limit of the CA is reached until \(door.until); it said: \(door.reason)",
            retryAt: door.until
        )
    }

    /// Remembers a limit.
    func close(_ error: ACMEError, _ request: SignedRequest) async throws {
        let now = self.environment.now()
        try await self.limits.close(
            ClosedDoor(
                authority: self.authority,
                account: self.thumbprint,
                scope: ClosedDoor.Scope(error.problem, of: request.identifiers),
                // Our time is in whole seconds, and this one may be nearly over: a door is not tried before its time.
                until: error.retryAt.map { $0 + 1 } ?? now + Budget.defaultClosure,
                includesRenewals: request.isRenewal || request.identifiers.isEmpty,
                reason: error.reason
            )
        )
    }
}
