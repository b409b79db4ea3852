// How control of a host can be proven: by DNS where we write the zone or the owner has delegated the name, over HTTP where
// the host leads to our listener or a command places files on it, else by the owner.

import ACME
public import DNS

/// The ways of proving control, and what they need.
public struct ChallengeWays: Sendable {
    /// The closest zone around a name in which we write records.
    let zone: @Sendable (DomainName) async -> ChallengeZone?
    /// Whether a host's plain HTTP leads to our public listener.
    let leadsHere: @Sendable (String) async -> Bool
    let resolver: Resolver
    let propagation: Propagation
    let files: any ChallengeFiles
    let placing: (any ChallengeFilePlacing)?
    /// Names below which answers of any host may be written.
    let delegations: [DomainName]

    /// Creates the ways.
    ///
    /// - Parameters:
    ///   - zone: the closest zone around a name in which we write records; nil when there is none.
    ///   - leadsHere: whether `http://HOST/.well-known/acme-challenge/` leads to our public listener.
    ///   - resolver: follows aliases and finds the authoritative servers.
    ///   - clock: for pauses.
    ///   - files: reads what owners, and the command, have placed.
    ///   - placing: places files on hosts; nil for none.
    ///   - delegations: names in our zones that are there for answers alone: below them is written wherever an owner's
    ///     `_acme-challenge` leads.
    public init(
        zone: @escaping @Sendable (DomainName) async -> ChallengeZone?,
        leadsHere: @escaping @Sendable (String) async -> Bool,
        resolver: Resolver,
        clock: any Clock<Duration>,
        files: any ChallengeFiles,
        placing: (any ChallengeFilePlacing)? = nil,
        delegations: [DomainName] = []
    ) {
        self.zone = zone
        self.leadsHere = leadsHere
        self.resolver = resolver
        self.propagation = Propagation(resolver: resolver, clock: clock)
        self.files = files
        self.placing = placing
        self.delegations = delegations
    }

    /// The way to go for a host.
    ///
    /// - Throws: ``ServerCertificateError`` with `.noChallenge` when there is none; transient when DNS could not be asked.
    func choose(for host: String, among types: [ChallengeType]) async throws -> ChallengeWay {
        var unanswered: DNSError?
        if types.contains(.dns01) {
            do throws(DNSError) {
                if let way = try await self.byRecord(host) { return way }
            } catch {
                unanswered = error
            }
        }
        if types.contains(.http01) {
            if await self.leadsHere(host) { return .listener }
            if self.placing?.isFor(host) == true { return .command }
        }
        if let unanswered {
            throw ServerCertificateError(
                .noChallenge,
                "whether _acme-challenge.\(host) is an alias cannot be looked up: \(unanswered.reason)",
                isTransient: true
            )
        }
        guard types.contains(where: ChallengeWay.owner.types.contains) else {
            throw ServerCertificateError(
                .noChallenge,
                "the CA's challenge types in the configuration admit no proof of control of \(host):"
                    + " add dns-01 or http-01"
            )
        }
        return .owner
    }

    /// RFC 8555 §8.4 leaves aliases to the resolver: whoever makes the name one delegates the proof.
    private func byRecord(_ host: String) async throws(DNSError) -> ChallengeWay? {
        let name = try DomainName(host).prepending("_acme-challenge")
        let own = await self.zone(name)
        let target: DomainName
        do throws(DNSError) {
            target = try await self.resolver.records(name, .txt).canonicalName
        } catch {
            // A resolver that is away does not keep us from writing into a zone of our own.
            guard own?.isAutomatic == true else { throw error }
            target = name
        }
        let zone = target == name ? own : await self.zone(target)
        guard let zone, zone.isAutomatic, await self.admits(target, for: name) else { return nil }
        return .zone(apex: zone.apex.description, name: target.description)
    }

    /// Whether an answer may be written where a host's `_acme-challenge` leads.
    ///
    /// An owner says where that is, and we can write in zones of others: a record at any name there would end the synthesis of
    /// its wildcard (RFC 4592 §2.2.1) and keep out an alias. So it is the name itself, one below those that are there for
    /// answers, or one for challenges in the host's own zone.
    func admits(_ target: DomainName, for name: DomainName) async -> Bool {
        if target == name { return true }
        if self.delegations.contains(where: { target != $0 && target.isWithin($0) }) { return true }
        guard target.labels.first == name.labels.first, let own = await self.zone(name) else { return false }
        return await self.zone(target)?.apex == own.apex
    }
}
