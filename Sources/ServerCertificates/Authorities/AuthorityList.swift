// The CAs of the configuration, in the order in which orders turn to them.

public import ACME

/// All CAs, the preferred one first.
public struct AuthorityList: Sendable {
    let all: [AuthorityAccess]

    /// Makes the ways to CAs; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - authorities: the CAs, the preferred one first; of two with one name the first counts.
    ///   - accounts: where accounts are remembered.
    ///   - limits: where the CAs' limits are remembered.
    public init(
        _ authorities: [ServerAuthority],
        accounts: any CAAccountStore,
        limits: any RateLimitMemory,
        environment: ServerCertificateEnvironment
    ) {
        var names: Set<String> = []
        self.all = authorities.filter { names.insert($0.name).inserted }.map {
            AuthorityAccess($0, accounts: accounts, limits: limits, environment: environment)
        }
    }

    /// The CA with a name; nil when the configuration has none.
    func named(_ name: String) -> AuthorityAccess? { self.all.first { $0.authority.name == name } }

    /// The CA after one; the first after the last.
    func following(_ name: String) -> AuthorityAccess? {
        guard let index = self.all.firstIndex(where: { $0.authority.name == name }) else { return self.all.first }
        return self.all[(index + 1) % self.all.count]
    }
}
