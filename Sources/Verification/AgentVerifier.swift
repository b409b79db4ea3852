// What a relying party checks of an agent: both certificates, their link, DNS, DANE and the log. It fails closed: what cannot be told
// where it must hold, does not hold.

public import PKIX
public import PublicTrust

/// How strict a verification is.
public struct VerificationPolicy: Hashable, Sendable {
    /// What follows when the public CA's status is not to be had.
    public var revocation: RevocationPolicy
    /// Whether the CAs of the public certificate's path are asked about as well.
    public var checksAuthorities: Bool
    /// The port of the TLS service.
    public var port: UInt16

    /// Creates a policy.
    public init(revocation: RevocationPolicy = .soft, checksAuthorities: Bool = false, port: UInt16 = 443) {
        self.revocation = revocation
        self.checksAuthorities = checksAuthorities
        self.port = port
    }
}

/// Verifies agents; any number of tasks may ask at once.
public struct AgentVerifier: Sendable {
    let identityValidator: ChainValidator
    let serverValidator: ChainValidator
    let agents: any AgentFinding
    let dns: any DNSFactFinding
    let revocation: RevocationChecker
    let log: (any LogInclusionChecking)?
    let handshakes: (any ServerCertificateFetching)?
    let policy: VerificationPolicy

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - identityRoots: our own roots.
    ///   - serverRoots: the trust store for public certificates.
    ///   - agents: what is known here.
    ///   - dns: asks DNS.
    ///   - revocation: asks public CAs.
    ///   - log: proves what the transparency log has; nil where there is none, so that nothing is ever more than Silver.
    ///   - handshakes: gets what hosts present; nil to go by what is on record or was given.
    public init(
        identityRoots: TrustRoots,
        serverRoots: TrustRoots,
        agents: any AgentFinding,
        dns: any DNSFactFinding,
        revocation: RevocationChecker,
        log: (any LogInclusionChecking)? = nil,
        handshakes: (any ServerCertificateFetching)? = nil,
        policy: VerificationPolicy = VerificationPolicy()
    ) {
        self.identityValidator = ChainValidator(roots: identityRoots)
        self.serverValidator = ChainValidator(roots: serverRoots)
        self.agents = agents
        self.dns = dns
        self.revocation = revocation
        self.log = log
        self.handshakes = handshakes
        self.policy = policy
    }

    /// Verifies an agent.
    ///
    /// Nobody outside is connected to for a stranger's certificates: a host only when its agent is registered here, a public CA
    /// only when everything that can be told without it holds.
    ///
    /// - Parameter time: now.
    /// - Throws: ``VerificationError`` with `.overloaded`: what was not asked for want of room is not taken for good.
    public func verify(
        _ subject: VerificationSubject,
        at time: CertificateTime
    ) async throws(VerificationError) -> VerificationReport {
        var agentCase = await self.gather(subject)
        let registration = Checks.registration(agentCase)
        let handshake = try await self.handshake(&agentCase, isRegistered: registration.outcome == .passed)
        let identityPath = Checks.path(
            agentCase.identity,
            self.identityValidator,
            .client,
            agentCase.identityReference,
            at: time
        )
        let serverPath = Checks.path(
            agentCase.server,
            self.serverValidator,
            .server,
            agentCase.host.map { .host($0) },
            at: time
        )
        var checks = [
            registration,
            Checks.chain(.identityChain, identityPath, lacking: "there is no identity certificate"),
            Checks.chain(.serverChain, serverPath, lacking: "there is no public certificate"),
            Checks.names(agentCase), Checks.link(agentCase), await self.identityRevocation(agentCase),
        ]
        let holdsSoFar = (checks + [handshake]).allSatisfy { $0.outcome != .failed }
        let trusted = try? serverPath?.get()
        checks.append(try await self.serverRevocation(agentCase, trusted, isAsked: holdsSoFar, at: time))
        checks.append(handshake)
        checks += await self.dnsChecks(agentCase, trusted)
        checks.append(await self.logCheck(agentCase, try? identityPath?.get(), at: time))
        return self.report(subject, agentCase, checks, at: time)
    }

    private func report(
        _ subject: VerificationSubject,
        _ agentCase: AgentCase,
        _ checks: [VerificationCheck],
        at time: CertificateTime
    ) -> VerificationReport {
        VerificationReport(
            subject: subject.description,
            name: agentCase.name,
            host: agentCase.host,
            agentID: agentCase.facts?.agentID,
            identityFingerprint: agentCase.identityLeaf?.fingerprint,
            serverFingerprint: agentCase.serverLeaf?.fingerprint,
            time: time,
            checks: checks
        )
    }
}
