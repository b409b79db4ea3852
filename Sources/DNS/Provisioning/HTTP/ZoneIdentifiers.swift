// The hosts' own identifiers of zones, remembered: they stay as long as the zone.

import Synchronization

/// Identifiers by zone.
final class ZoneIdentifiers: Sendable {
    private let known = Mutex<[DomainName: String]>([:])

    subscript(zone: DomainName) -> String? {
        get { self.known.withLock { $0[zone] } }
        set { self.known.withLock { $0[zone] = newValue } }
    }

    /// Forgets a zone that the host no longer has, so that one made anew is found.
    func note(_ failure: ProviderFailure, of zone: DomainName) {
        if failure.kind == .noSuchZone { self[zone] = nil }
    }
}
