// Zones whose servers are known without asking: from the configuration, and connected since.

import Synchronization

/// The servers of zones that we know; any number of tasks may look and change.
public final class KnownServers: Sendable {
    private let current: Mutex<[DomainName: [ServerAddress]]>

    /// Creates the table.
    public init(_ servers: [DomainName: [ServerAddress]] = [:]) {
        self.current = Mutex(servers)
    }

    /// All of them, by zone.
    public var all: [DomainName: [ServerAddress]] { self.current.withLock { $0 } }

    /// Names the servers of a zone; none to have them looked up again.
    public func set(_ servers: [ServerAddress], of zone: DomainName) {
        self.current.withLock { $0[zone] = servers.isEmpty ? nil : servers }
    }
}
