// A verifier that knows no agent and reaches nothing, for the route around it; what it finds is tested with the module.

import CertificateAuthority
import DNS
import PKIX
import Persistence
import PublicTrust
import RegistrationAuthority
import Verification
import WebAPI
import X509

struct VerificationDouble: AgentFinding, DNSFactFinding, StatusExchange {
    /// How many verifications an address has.
    static let capacity: Int64 = 20

    static func calls(_ hierarchy: TestHierarchy, _ store: SQLiteStore) throws -> VerificationCalls {
        let roots = try TrustRoots([EncodedCertificate(der: hierarchy.root)])
        let double = VerificationDouble()
        return VerificationCalls(
            verifier: AgentVerifier(
                identityRoots: roots,
                serverRoots: roots,
                agents: double,
                dns: double,
                revocation: RevocationChecker(exchange: double)
            ),
            limiter: RateLimiter(store: store, suffixes: DomainSuffixes()),
            limits: [
                try RateLimit(
                    name: "verifications",
                    scope: .address,
                    rate: TokenRate(capacity: Self.capacity, refill: 1, every: .seconds(3_600))
                )
            ]
        )
    }

    func agent(named name: ANSName) async throws -> AgentFacts? { nil }
    func agents(at host: HostName) async throws -> [AgentListing] { [] }
    func facts(of agent: AgentListing) async throws -> AgentFacts? { nil }
    func status(of serialNumber: PKIX.SerialNumber) async throws -> IdentityStatus { .unknown }

    func facts(of host: HostName, port: UInt16) async -> DNSFacts {
        DNSFacts(
            discovery: DNSFinding(name: "_ans.\(host)", values: []),
            badges: DNSFinding(name: "_ans-badge.\(host)", values: []),
            identities: DNSFinding(name: "_agent.\(host)", values: []),
            associations: DNSFinding(name: "_443._tcp.\(host)", values: []),
            services: DNSFinding(name: "\(host)", values: [])
        )
    }

    func answer(to call: StatusCall) async throws(StatusFailure) -> [UInt8] { throw StatusFailure("nobody answers") }
}
