// The zones in which we write records: those of the configuration, and those connected since.
//
// True at every time: no apex stands twice, and the zones of the configuration stay.

public import DNS
import Synchronization

/// All zones in which we write records; any number of tasks may look and change.
public final class ZoneDirectory: Sendable {
    /// Who can host zones, by the names that the configuration gives them.
    public let providers: [String: any DNSProvider]
    private let current: Mutex<[HostedZone]>

    /// Creates the directory with the zones of the configuration.
    public init(_ zones: [HostedZone], providers: [String: any DNSProvider] = [:]) {
        self.providers = providers
        self.current = Mutex(Self.sorted(zones))
    }

    /// The zones, the most labels first.
    public var zones: [HostedZone] { self.current.withLock { $0 } }

    /// The closest zone around a name.
    public func zone(of name: DomainName) -> HostedZone? {
        self.zones.first { name.isWithin($0.apex) }
    }

    /// The zone with an apex.
    public func zone(at apex: DomainName) -> HostedZone? {
        self.zones.first { $0.apex == apex }
    }

    /// Adds a zone; false when one with its apex is there.
    func add(_ zone: HostedZone) -> Bool {
        self.current.withLock { zones in
            guard !zones.contains(where: { $0.apex == zone.apex }) else { return false }
            zones = Self.sorted(zones + [zone])
            return true
        }
    }

    /// Takes a zone out, unless it is of the configuration.
    func remove(_ apex: DomainName) {
        self.current.withLock { zones in zones.removeAll { $0.apex == apex && $0.connection != nil } }
    }

    private static func sorted(_ zones: [HostedZone]) -> [HostedZone] {
        zones.sorted { $0.apex.labels.count > $1.apex.labels.count }
    }
}
