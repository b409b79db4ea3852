// Agents' cards: published by their owners and keys, composed where none was, served to everyone.
//
// True of every card that is served: it was checked against A2A for the agent's host, and when it has signatures, one of
// them is of the agent's identity key over this very card. Keys come from our own records; a `jku` is never followed.

import AuditLog
import JOSE
import JSON
import PKIX

/// Publishes and serves agents' cards.
public struct AgentCardService: Sendable {
    private let registrations: RegistrationService
    private let store: any AgentCardStore
    private let signing: (any CardSigning)?
    private let resolutions: ResolutionCache?

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - signing: the registry's key; nil to serve cards with their agents' signatures alone.
    ///   - resolutions: where answers about agents are kept: those about a host are forgotten when its card changes.
    public init(
        registrations: RegistrationService,
        store: any AgentCardStore,
        signing: (any CardSigning)? = nil,
        resolutions: ResolutionCache? = nil
    ) {
        self.registrations = registrations
        self.store = store
        self.signing = signing
        self.resolutions = resolutions
    }

    /// Publishes a card, or replaces the one of the same A2A version.
    ///
    /// To publish the card that is in force changes nothing.
    ///
    /// - Throws: ``RegistrationError``: `.invalidCard` with what was found, `.invalidCardSignature`, `.agentNotFound`,
    ///   `.permissionDenied`, `.agentEnded`, `.rateLimited`.
    public func publish(
        _ octets: [UInt8],
        of id: AgentID,
        by principal: Principal,
        from origin: RequestOrigin
    ) async throws -> CardPublication {
        let registration = try await self.registrations.stored(id, for: principal).registration
        try RegistrationService.requireNotEnded(registration)
        let agent = registration.description
        _ = try await self.registrations.admit(agent.host, principal, origin, self.registrations.rules.cardLimits)
        let card = try AgentCard.read(octets, for: agent.host.hostName, options: self.options)
        let signatures = try Self.verifiedSignatures(of: card, registration)
        let document = try CardDocument(card)
        let details = [
            "name": registration.ansName, "a2aVersion": document.version.rawValue,
            "sha256": document.sha256.hexadecimal, "agentSignatures": "\(signatures)",
        ]
        defer { self.resolutions?.forget(host: registration.host) }
        return try await self.store.publish(
            document,
            of: id,
            at: self.registrations.environment.instant,
            keeping: Budget.keptCards,
            audit: self.registrations.event(.publishCard, registration, principal, origin, details: details)
        )
    }

    /// The card of an agent that the caller may see, whatever its state.
    ///
    /// - Parameters:
    ///   - number: which of its published cards; the one in force when nil.
    ///   - version: which A2A version is preferred where there are cards of both.
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`, `.cardNotFound`.
    public func card(
        of id: AgentID,
        number: Int64? = nil,
        preferring version: AgentCardVersion? = nil,
        for principal: Principal
    ) async throws -> ServedCard {
        let registration = try await self.registrations.registration(id, for: principal)
        guard let number else { return try await self.card(of: registration, preferring: version) }
        guard let card = try await self.store.card(number, of: id) else {
            throw RegistrationError(.cardNotFound, "the agent \(id) has no card \(number), or not any more")
        }
        return self.served(card)
    }

    /// The card of the live agent at a host, as resolution chooses it: an active one before a deprecated one, then the
    /// highest version.
    ///
    /// - Throws: ``RegistrationError``: `.invalidAgentName`, `.agentNotFound`, `.cardNotFound`.
    public func card(at host: String, preferring version: AgentCardVersion? = nil) async throws -> ServedCard {
        let host = try AgentHost(canonicalizing: host)
        let live = try await self.registrations.store.registrations(
            RegistrationQuery(
                host: host.description,
                statuses: [.active, .deprecated],
                limit: Budget.registrationsOfHost
            )
        )
        let best = live.max { first, second in
            (first.status == .active ? 1 : 0, first.description.version)
                < (second.status == .active ? 1 : 0, second.description.version)
        }
        guard let best else { throw RegistrationError(.agentNotFound, "no active agent is at \(host)") }
        return try await self.card(of: best, preferring: version)
    }
}

extension AgentCardService {
    private var options: AgentCard.Options {
        AgentCard.Options(admitsLoopback: self.registrations.settings.admitsPlainHTTP)
    }

    /// How many signatures of the agent's identity key the card has; 0 for a card without signatures.
    private static func verifiedSignatures(
        of card: AgentCard,
        _ registration: Registration
    ) throws(RegistrationError) -> Int {
        guard let signatures = card.value["signatures"], signatures != [] else { return 0 }
        guard let identity = registration.identityKey, let key = try? JSONWebKey(identity.certificateKey) else {
            throw RegistrationError(
                .invalidCardSignature,
                "the agent has no identity key to verify the card's signatures with; leave them out"
            )
        }
        return try CardSignature.verify(card.value, with: key).count
    }

    /// The card of a registration, whatever its state.
    func card(
        of registration: Registration,
        preferring version: AgentCardVersion?
    ) async throws -> ServedCard {
        let cards = try await self.store.cardsInForce(of: registration.id)
        let preferred = [version, .v1, .v03].lazy.compactMap { wanted in
            cards.first { $0.document.version == wanted }
        }
        if let card = preferred.first { return self.served(card) }
        return ServedCard(try self.composed(registration), credential: self.signing?.credential)
    }

    private func served(_ card: PublishedCard) -> ServedCard {
        ServedCard(card.document, number: card.number, credential: self.signing?.credential)
    }

    /// The card of an agent that published none: the same from the same registration, so that it need not be kept.
    private func composed(_ registration: Registration) throws(RegistrationError) -> CardDocument {
        let agent = registration.description
        do throws(RegistrationError) {
            let draft = AgentCardDraft(agent)
            return try CardDocument(try AgentCard.compose(draft, for: agent.host.hostName, options: self.options))
        } catch {
            throw RegistrationError(
                .cardNotFound,
                "the agent published no card, and none can be composed from its registration: \(error.reason)"
            )
        }
    }
}

extension RegistrationRules {
    /// What publishing a card costs: the limits of the policy whose names begin so.
    var cardLimits: [RateLimit] { self.policy.limits.filter { $0.name.hasPrefix("cards") } }
}
