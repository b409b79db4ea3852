// What a relying party checks of an agent: both certificates, their link, DNS and DANE. It fails closed: what cannot be told
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
    ///   - handshakes: gets what hosts present; nil to go by what is on record or was given.
    public init(
        identityRoots: TrustRoots,
        serverRoots: TrustRoots,
        agents: any AgentFinding,
        dns: any DNSFactFinding,
        revocation: RevocationChecker,
        handshakes: (any ServerCertificateFetching)? = nil,
        policy: VerificationPolicy = VerificationPolicy()
    ) {
        self.identityValidator = ChainValidator(roots: identityRoots)
        self.serverValidator = ChainValidator(roots: serverRoots)
        self.agents = agents
        self.dns = dns
        self.revocation = revocation
        self.handshakes = handshakes
        self.policy = policy
    }

    /// Verifies an agent.
    ///
    /// - Parameter time: now.
    public func verify(_ subject: VerificationSubject, at time: CertificateTime) async -> VerificationReport {
        var agentCase = await self.gather(subject)
        var checks = [Checks.registration(agentCase)]
        let handshake = await self.handshake(&agentCase)
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
        checks.append(Checks.chain(.identityChain, identityPath, lacking: "there is no identity certificate"))
        checks.append(Checks.chain(.serverChain, serverPath, lacking: "there is no public certificate"))
        checks.append(Checks.names(agentCase))
        checks.append(Checks.link(agentCase))
        checks.append(await self.identityRevocation(agentCase))
        checks.append(await self.serverRevocation(agentCase, try? serverPath?.get(), at: time))
        checks.append(handshake)
        checks += await self.dnsChecks(agentCase, try? serverPath?.get())
        checks.append(VerificationCheck(.log, .skipped, "there is no transparency log to ask yet"))
        return VerificationReport(
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
