// From a name to an agent: DNS first, the store second, the answer signed and kept for as long as it may be believed.
//
// True of every answer: endpoints, key, card and certificates of an agent that is registered here are those that were
// registered, whatever DNS says; what DNS says otherwise is listed beside them. An agent that has ended here is answered as
// such. Only the operator's resolvers are asked; nothing that a record names is fetched.

import DNS
public import FoundationEssentials
import JSON
import PKIX

/// Finds agents by their names; any number of tasks may ask.
public struct AgentResolver: Sendable {
    private let registrations: RegistrationService
    private let lookup: any RecordLookup
    private let cards: AgentCardService?
    private let signing: (any CardSigning)?
    private let cache: ResolutionCache

    /// Creates a resolver.
    ///
    /// - Parameters:
    ///   - lookup: DNS as anybody sees it.
    ///   - cards: agents' cards; nil leaves them out of answers.
    ///   - signing: the registry's key; nil for answers without a signature.
    ///   - cache: where answers are kept; ``ChangeNotingStore`` keeps it true.
    public init(
        registrations: RegistrationService,
        lookup: any RecordLookup,
        cards: AgentCardService? = nil,
        signing: (any CardSigning)? = nil,
        cache: ResolutionCache
    ) {
        self.registrations = registrations
        self.lookup = lookup
        self.cards = cards
        self.signing = signing
        self.cache = cache
    }

    private var environment: RegistrationEnvironment { self.registrations.environment }

    /// The clock, by which what is left of an answer's validity is told.
    public var now: Date { self.environment.now() }

    /// `typ` of the signatures of answers.
    static let signatureType = "agent-resolution+jws"

    /// The answer to a question.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.agentRevoked`, `.agentExpired`, `.dnsUnavailable` when the agent is
    ///   not registered here and DNS cannot be asked, `.rateLimited`, `.overloaded`.
    public func resolve(_ query: ResolutionQuery, from origin: RequestOrigin = .local) async throws -> SignedDocument {
        let subject = RateLimitSubject(address: origin.octets, account: nil, host: query.host.hostName)
        return try await self.cache.answer(to: query, now: self.environment.now) {
            try await self.registrations.admit(subject, self.registrations.rules.resolutionLimits)
        } look: {
            try await self.look(query)
        }
    }

    private func look(_ query: ResolutionQuery) async throws -> ResolutionCache.Finding {
        let instant = self.environment.instant
        do {
            let resolution = try await self.resolution(query, at: instant)
            let validUntil = instant.addingTimeInterval(resolution.lifetime)
            let document = try await SignedDocument(
                resolution.json,
                type: Self.signatureType,
                credential: self.signing?.credential,
                validUntil: validUntil
            )
            return ResolutionCache.Finding(outcome: .success(document), expiresAt: validUntil)
        } catch let error as RegistrationError where Self.keptRefusals.contains(error.code) {
            let seconds = error.code == .dnsUnavailable ? Budget.resolutionUncertain : Budget.resolutionNegative
            return ResolutionCache.Finding(outcome: .failure(error), expiresAt: instant.addingTimeInterval(seconds))
        }
    }

    private static let keptRefusals: Set<RegistrationError.Code> = [
        .agentNotFound, .agentRevoked, .agentExpired, .dnsUnavailable,
    ]

    private func resolution(_ query: ResolutionQuery, at instant: Date) async throws -> AgentResolution {
        let questions = try DiscoveryObservation.questions(for: query.host)
        async let observed = DiscoveryObservation(
            questions,
            by: self.lookup,
            within: Budget.discoveryPatience,
            sleep: self.environment.sleep
        )
        let standing = HostStanding(try await self.registrations(of: query.host), at: instant)
        let observation = await observed
        let discovered = DiscoveredAgents(observation, at: query.host)
        let isOurs = self.registrations.engine.zones.zone(of: query.host.domainName)?.isOurs ?? false
        switch ResolutionChoice(query, standing, discovered, isOurs: isOurs) {
        case .registered(let registration, let status):
            return try await self.answer(
                (registration, status),
                among: standing,
                query,
                discovered,
                observation,
                at: instant
            )
        case .foreign(let version): return self.answer(version, query, discovered, observation, at: instant)
        case .ended(let registration, let status): throw registration.ended(as: status)
        case .nothing: throw Self.absence(query, observation, isOurs: isOurs)
        }
    }

    /// Those that are live, and the newest of the others.
    private func registrations(of host: AgentHost) async throws -> [Registration] {
        let store = self.registrations.store
        let live = RegistrationQuery(
            host: host.description,
            statuses: [.active, .deprecated],
            limit: Budget.registrationsOfHost
        )
        let others = RegistrationQuery(
            host: host.description,
            statuses: [.revoked, .expired, .pendingDNS],
            limit: Budget.endedRegistrationsOfHost
        )
        return try await store.registrations(live) + store.registrations(others)
    }

    private static func absence(
        _ query: ResolutionQuery,
        _ observation: DiscoveryObservation,
        isOurs: Bool
    ) -> RegistrationError {
        if !isOurs, let failure = observation.failures.first {
            return RegistrationError(
                .dnsUnavailable,
                "no agent of \(query.host) is registered here, and DNS cannot be asked: \(failure)",
                retryAfter: Int(Budget.resolutionUncertain)
            )
        }
        let speaking = query.agentProtocol.map { " and speaks \($0.rawValue)" } ?? ""
        return RegistrationError(
            .agentNotFound,
            "no active agent at \(query.host) has a version within \(query.range)\(speaking)"
        )
    }
}

extension AgentResolver {
    /// An agent of which DNS alone tells.
    private func answer(
        _ version: AgentVersion,
        _ query: ResolutionQuery,
        _ discovered: DiscoveredAgents,
        _ observation: DiscoveryObservation,
        at instant: Date
    ) -> AgentResolution {
        AgentResolution(
            host: query.host,
            version: version,
            source: .dns,
            registered: nil,
            certificates: [],
            card: nil,
            isCardOfHost: false,
            discovered: discovered,
            observation: observation,
            disagreements: [],
            answeredAt: instant,
            lifetime: Self.lifetime(observation, until: nil, at: instant)
        )
    }

    /// An agent that is registered here.
    private func answer(
        _ registered: (registration: Registration, status: AgentStatus),
        among standing: HostStanding,
        _ query: ResolutionQuery,
        _ discovered: DiscoveredAgents,
        _ observation: DiscoveryObservation,
        at instant: Date
    ) async throws -> AgentResolution {
        let registration = registered.registration
        let comparison = Self.comparison(of: registration, with: observation)
        let ended = standing.ended.filter { query.admits($0.0) }
        let disagreements =
            ResolutionDisagreement.all(of: registration, among: standing.live.map(\.0), discovered, comparison)
            + ResolutionDisagreement.ended(ended, discovered)
        let certificates = try await self.certificates(of: registration, at: instant)
        let end = ([registration.expiresAt] + certificates.map(\.notAfter.date)).compactMap { $0 }.min()
        return AgentResolution(
            host: query.host,
            version: registration.description.version,
            source: Self.isTold(registration, discovered, comparison) ? .both : .registry,
            registered: registered,
            certificates: certificates,
            card: try await self.card(of: registration),
            isCardOfHost: standing.cardHolder == registration.id,
            discovered: discovered,
            observation: observation,
            disagreements: disagreements,
            answeredAt: instant,
            lifetime: Self.lifetime(observation, until: end, at: instant)
        )
    }

    /// What of a registration's records was asked for, beside what was found.
    private static func comparison(
        of registration: Registration,
        with observation: DiscoveryObservation
    ) -> RecordComparison {
        let expected = registration.records
            .filter { $0.state != .removed && $0.state != .withdrawing }
            .map(\.record)
            .filter { record in
                observation.answered.contains(RecordQuestion(name: record.record.name, type: record.record.data.type))
            }
        return RecordComparison.compare(expected: expected, found: observation.records)
    }

    /// Whether DNS tells of a registration's version; an HTTPS record is any web server's.
    private static func isTold(
        _ registration: Registration,
        _ discovered: DiscoveredAgents,
        _ comparison: RecordComparison
    ) -> Bool {
        discovered.versions.contains(registration.description.version)
            || comparison.present.contains { $0.record.data.type != .https }
    }

    /// As long as its records may be kept, within bounds, and not beyond the end of what it tells of.
    private static func lifetime(
        _ observation: DiscoveryObservation,
        until end: Date?,
        at instant: Date
    ) -> Double {
        guard observation.failures.isEmpty else { return Budget.resolutionUncertain }
        let ttl = observation.ttl.map(Double.init) ?? 0
        let bounded = min(max(ttl, Budget.resolutionShortest), Budget.resolutionLongest)
        let left = end.map { $0.timeIntervalSince(instant).rounded(.down) } ?? bounded
        return max(1, min(bounded, left))
    }

    /// Its identity certificates that are valid now, the newest first.
    private func certificates(of registration: Registration, at instant: Date) async throws -> [DeliveredCertificate] {
        var certificates: [DeliveredCertificate] = []
        for request in registration.requests.reversed() where certificates.count < Budget.resolvedCertificates {
            guard let serialNumber = request.serialNumber, request.notAfter ?? .distantPast > instant else { continue }
            guard let certificate = try await self.registrations.engine.issuing.delivered(serialNumber),
                !certificate.isRevoked
            else { continue }
            certificates.append(certificate)
        }
        return certificates
    }

    private func card(of registration: Registration) async throws -> ServedCard? {
        do {
            return try await self.cards?.card(of: registration, preferring: nil)
        } catch let error as RegistrationError where error.code == .cardNotFound {
            return nil
        }
    }
}

extension HostStanding {
    /// Whose card is served for the host: an active one's before a deprecated one's, then the highest version's.
    fileprivate var cardHolder: AgentID? {
        self.live.max { first, second in
            (first.1 == .active ? 1 : 0, first.0.description.version)
                < (second.1 == .active ? 1 : 0, second.0.description.version)
        }?.0.id
    }
}

extension Registration {
    /// The error that tells of the agent's end.
    fileprivate func ended(as status: AgentStatus) -> RegistrationError {
        guard status == .revoked else {
            return RegistrationError(.agentExpired, "\(self.ansName) has expired; nobody vouches for it any more")
        }
        let when = self.ending.map { " at \($0.at.formatted(.iso8601)) (\($0.reason))" } ?? ""
        return RegistrationError(.agentRevoked, "\(self.ansName) was revoked\(when); do not use it")
    }
}

extension RegistrationRules {
    /// What looking up an agent costs: the limits of the policy whose names begin so.
    ///
    /// An answer that is kept costs nothing.
    var resolutionLimits: [RateLimit] { self.policy.limits.filter { $0.name.hasPrefix("resolutions") } }
}
