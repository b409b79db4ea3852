// Listings: one statement for each combination of filters, each a range of one index, read in its order.
//
// Order: (notAfter, id). A status narrows the range instead of filtering rows: revoked certificates are in indexes of their
// own, and a bound on notAfter tells valid from expired. With both an agent and a profile, the agent's certificates are read
// and those of other profiles skipped: an agent has few.

import CertificateAuthority
import GRDB
import PKIX

/// The statement and the arguments for a query.
struct CertificateListing {
    /// Which certificates are looked at.
    enum Scope: CaseIterable {
        case issued
        case revoked
        case both
    }

    let sql: String
    let arguments: StatementArguments
    private let limit: Int

    init(_ query: CertificateQuery) {
        let scope: Scope =
            switch query.status {
            case .valid, .expired: .issued
            case .revoked: .revoked
            case nil: .both
            }
        self.sql = Self.sql(scope, byAgent: query.agent != nil, byProfile: query.profile != nil)
        let (lower, upper) = Self.range(query)
        self.limit = query.limit
        var arguments: StatementArguments = [lower.notAfter, lower.id, upper, query.limit + 1]
        if let agent = query.agent { arguments += [agent] }
        if let profile = query.profile { arguments += [profile] }
        self.arguments = arguments
    }

    /// Reads the page.
    func page(_ database: Database) throws -> CertificatePage {
        var certificates = try database.all(self.sql, self.arguments, CertificateRow.decode)
        guard certificates.count > self.limit else { return CertificatePage(certificates: certificates, next: nil) }
        certificates.removeLast(certificates.count - self.limit)
        let next = certificates.last.map { CertificateCursor(notAfter: $0.notAfter.secondsSinceEpoch, id: $0.id) }
        return CertificatePage(certificates: certificates, next: next)
    }

    /// The place after which the page begins, and the notAfter before which it ends.
    ///
    /// One lower bound, the higher of the two that a query can have: given both, SQLite would search by one of them and
    /// read its way to the other. Valid from `instant` on is after (`instant`, 0), for ids begin with 1.
    private static func range(_ query: CertificateQuery) -> (lower: CertificateCursor, upper: Int64) {
        let instant = query.instant.secondsSinceEpoch
        var lower = query.cursor ?? CertificateCursor(notAfter: .min, id: 0)
        var upper = query.expiresBefore?.secondsSinceEpoch ?? .max
        if query.status == .valid, lower.notAfter < instant { lower = CertificateCursor(notAfter: instant, id: 0) }
        if query.status == .expired { upper = min(upper, instant) }
        return (lower, upper)
    }

    /// The statement for a combination; the indexes are named so that no statistics lead to another one.
    static func sql(_ scope: Scope, byAgent: Bool, byProfile: Bool) -> String {
        let end = "ORDER BY not_after, place LIMIT ?4"
        let issued = Self.range(state: 1, of: "certificates_issued", byAgent: byAgent, byProfile: byProfile)
        let revoked = Self.range(state: 3, of: "certificates_revoked", byAgent: byAgent, byProfile: byProfile)
        return switch scope {
        case .issued: "\(issued) \(end)"
        case .revoked: "\(revoked) \(end)"
        // SQLite merges the two ranges, as each comes in order.
        case .both: "\(issued) UNION ALL \(revoked) \(end)"
        }
    }

    private static func range(state: Int, of index: String, byAgent: Bool, byProfile: Bool) -> String {
        let filters =
            switch (byAgent, byProfile) {
            case (false, false): (suffix: "", condition: "")
            case (true, false): (suffix: "_by_agent", condition: "AND agent = ?5")
            case (false, true): (suffix: "_by_profile", condition: "AND profile = ?5")
            case (true, true): (suffix: "_by_agent", condition: "AND agent = ?5 AND profile = ?6")
            }
        return """
            SELECT \(CertificateRow.columns) FROM certificates INDEXED BY \(index)\(filters.suffix)
            WHERE state = \(state) AND (not_after, place) > (?1, ?2) AND not_after < ?3 \(filters.condition)
            """
    }
}
