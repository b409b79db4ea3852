// Which of a host's agents answers a question: pure, of what DNS and the store say.
//
// True of every choice: what has ended here is never chosen, whatever DNS says; nor is what DNS alone tells of a zone whose
// names we give out. What strangers only began to register says nothing about a host.

import FoundationEssentials
import PKIX

/// What came of looking for an agent.
enum ResolutionChoice: Hashable, Sendable {
    /// A live registration, with the state that it has now.
    case registered(Registration, AgentStatus)
    /// A version of which DNS alone tells.
    case foreign(AgentVersion)
    /// Nothing live; this one was.
    case ended(Registration, AgentStatus)
    /// Nothing.
    case nothing
}

/// The registrations of a host, by what they say about it.
struct HostStanding: Sendable {
    /// Those that are live, with their states.
    private(set) var live: [(Registration, AgentStatus)] = []
    /// Those that were.
    private(set) var ended: [(Registration, AgentStatus)] = []
    /// Versions that will be live, as control is proven.
    private(set) var pending: Set<AgentVersion> = []

    /// Sorts registrations as they are at an instant.
    init(_ registrations: [Registration], at instant: Date) {
        for registration in registrations {
            switch registration.status {
            case .active, .deprecated:
                // Its certificate's end is the agent's, whether or not somebody has noted it.
                let isOver = registration.expiresAt.map { $0 <= instant } ?? false
                if isOver {
                    self.ended.append((registration, .expired))
                } else {
                    self.live.append((registration, registration.status))
                }
            case .revoked, .expired:
                // Without an activation it was cancelled: its name was never given out.
                if registration.activatedAt != nil { self.ended.append((registration, registration.status)) }
            case .pendingDNS:
                if registration.control != nil { self.pending.insert(registration.description.version) }
            case .pendingValidation, .failed: break
            }
        }
    }

    /// Every version that the registry has something to say about.
    var versions: Set<AgentVersion> {
        Set((self.live + self.ended).map(\.0.description.version)).union(self.pending)
    }
}

extension ResolutionChoice {
    /// Chooses: an active registration, then what DNS alone tells of, then a deprecated one; of each the highest version.
    ///
    /// - Parameter isOurs: whether the host lies in a zone whose names we give out.
    init(_ query: ResolutionQuery, _ standing: HostStanding, _ discovered: DiscoveredAgents, isOurs: Bool) {
        let matching = standing.live.filter { query.admits($0.0) }
        if let active = Self.highest(matching.filter { $0.1 == .active }) {
            self = .registered(active.0, active.1)
            return
        }
        let unknown = isOurs ? [] : discovered.versions.subtracting(standing.versions)
        let foreign = unknown.filter { version in
            query.range.contains(version)
                && (query.agentProtocol.map { wanted in
                    discovered.endpoints(of: version).contains { $0.agentProtocol == wanted }
                } ?? true)
        }
        if let version = foreign.max() {
            self = .foreign(version)
        } else if let deprecated = Self.highest(matching) {
            self = .registered(deprecated.0, deprecated.1)
        } else if let ended = Self.highest(standing.ended.filter { query.admits($0.0) }) {
            self = .ended(ended.0, ended.1)
        } else {
            self = .nothing
        }
    }

    private static func highest(_ some: [(Registration, AgentStatus)]) -> (Registration, AgentStatus)? {
        some.max { $0.0.description.version < $1.0.description.version }
    }
}

extension ResolutionQuery {
    /// Whether a registration's version and protocols will do.
    func admits(_ registration: Registration) -> Bool {
        self.range.contains(registration.description.version)
            && (self.agentProtocol.map { wanted in
                registration.description.endpoints.contains { $0.agentProtocol == wanted }
            } ?? true)
    }
}
