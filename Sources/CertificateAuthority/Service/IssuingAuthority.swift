// The authority as its callers see it: issue, find, list, revoke.

import AuditLog
import Crypto
import Foundation
public import Logging
import Metrics
public import PKIX
import Tracing
import X509

/// The certificate authority: its issuers, its profiles, its store.
///
/// Safe to use from any number of tasks at once: it holds nothing that changes.
public final class IssuingAuthority: Sendable {
    /// The issuing CAs, in the order of the hierarchy.
    public let issuers: [Issuer]
    /// The root's certificate.
    public let root: [UInt8]
    let store: any AuthorityStore
    let environment: AuthorityEnvironment
    let logger: Logger
    let pipeline: IssuancePipeline
    let proofs = ProofLimit()
    private let offers: [String: ProfileOffer]
    private let ownKeys: Set<[UInt8]>
    private let ownNames: [AlternativeName]

    /// Puts the authority together and checks that every profile can be issued.
    ///
    /// - Parameters:
    ///   - root: the DER of the root's certificate.
    ///   - ownKeys: SHA-256 of SubjectPublicKeyInfos that nobody else may have certified: responders, TLS, log. The keys
    ///     of issuers and root are always among them.
    ///   - ownNames: the names that callers reach this authority by: whoever held a TLS certificate for one could pose as it
    ///     and collect its callers' tokens.
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy`.
    public init(
        root: [UInt8],
        issuers: [Issuer],
        profiles: [CertificateProfile],
        ownKeys: Set<[UInt8]> = [],
        ownNames: [AlternativeName] = [],
        store: any AuthorityStore,
        environment: AuthorityEnvironment,
        logger: Logger
    ) throws {
        self.root = root
        self.issuers = issuers
        self.store = store
        self.environment = environment
        self.logger = logger
        self.pipeline = IssuancePipeline(store: store, environment: environment, logger: logger)
        var offers: [String: ProfileOffer] = [:]
        for profile in profiles where !profile.role.isCertificationAuthority {
            guard let issuer = issuers.first(where: { $0.name == profile.issuer }) else {
                throw AuthorityError(
                    .invalidHierarchy,
                    "\(profile.file): profile '\(profile.name)' names issuer '\(profile.issuer ?? "")', which the hierarchy lacks"
                )
            }
            guard offers[profile.name] == nil else {
                throw AuthorityError(.invalidHierarchy, "\(profile.file): a second profile of name '\(profile.name)'")
            }
            offers[profile.name] = try ProfileOffer(profile: profile, issuer: issuer)
        }
        self.offers = offers
        let rootKey = try ParsedAuthorityCertificate(root, of: "root").publicKey.sha256
        self.ownNames = ownNames
        self.ownKeys = ownKeys.union([rootKey]).union(issuers.map(\.publicKey.sha256))
    }

    /// The profiles that callers of the API can ask for, by name.
    public var profiles: [CertificateProfile] {
        self.offers.values.map(\.profile).filter { $0.requestedBy == .api }.sorted { $0.name < $1.name }
    }

    /// The lifetime in seconds that a profile's certificates have unless another is asked for; nil for an unknown profile.
    func usualLifetime(of profile: String) -> Int64? { self.offers[profile]?.profile.lifetime }

    /// Issues a certificate to a caller of the API.
    ///
    /// - Throws: `PKIXError` for what is wrong with the request; ``AuthorityError`` for the rest.
    public func issue(_ application: CertificateApplication) async throws -> IssuedCertificate {
        guard !self.isOwnKey(application.publicKey.sha256) else {
            throw AuthorityError(.keyNotAdmitted, "the key in the request is one of this authority's own")
        }
        if let name = application.names.first(where: { name in self.ownNames.contains { name.covers($0) } }) {
            throw AuthorityError(.nameReserved, "'\(name)' is a name of this authority itself; no one else gets it")
        }
        return try await self.issue(application, to: .api)
    }

    /// Issues a certificate to the daemon itself.
    func issueForService(_ application: CertificateApplication) async throws -> IssuedCertificate {
        try await self.issue(application, to: .daemon)
    }

    private func issue(
        _ application: CertificateApplication,
        to requester: ProfileRequester
    ) async throws -> IssuedCertificate {
        guard let offer = self.offers[application.profile], offer.profile.requestedBy == requester else {
            let names = self.profiles.map(\.name).joined(separator: ", ")
            throw AuthorityError(.unknownProfile, "no profile of that name; the profiles are \(names)")
        }
        let started = self.environment.now()
        do {
            let (certificate, isReplay) = try await withSpan("certificate.issue") { span in
                span.attributes["signet.profile"] = application.profile
                return try await self.pipeline.issue(application, from: offer.template, by: offer.party)
            }
            (isReplay ? offer.replayed : offer.issued).increment()
            offer.duration.record(self.environment.now().timeIntervalSince(started))
            return IssuedCertificate(stored: certificate, chain: offer.issuer.chain, isReplay: isReplay)
        } catch {
            offer.refused.increment()
            throw error
        }
    }

    /// The certificate with this serial number.
    ///
    /// - Throws: ``AuthorityError`` with `.notFound`.
    public func certificate(_ serialNumber: SerialNumber) async throws -> IssuedCertificate {
        guard let stored = try await self.store.certificate(serialNumber) else { throw Self.notFound(serialNumber) }
        let chain = self.issuers.first { $0.name == stored.issuer }?.chain ?? []
        return IssuedCertificate(stored: stored, chain: chain, isReplay: false)
    }

    /// A page of a listing.
    public func certificates(_ query: CertificateQuery) async throws -> CertificatePage {
        try await self.store.certificates(query)
    }

    /// The name of the CA that issues certificates of a profile; `nil` for a profile that nothing issues.
    func issuer(ofProfile name: String) -> String? { self.offers[name]?.issuer.name }

    /// Whether a SubjectPublicKeyInfo with this SHA-256 is one of the authority's own.
    func isOwnKey(_ publicKeyHash: [UInt8]) -> Bool { self.ownKeys.contains(publicKeyHash) }

    /// A profile with what the lints know of its issuer and purpose.
    func lintContext(ofProfile name: String) -> (profile: CertificateProfile, context: LintContext)? {
        self.offers[name].map { ($0.profile, $0.template.context) }
    }

    /// The time now, as certificates have it.
    public var now: CertificateTime { CertificateTime(self.environment.now()) }

    static func notFound(_ serialNumber: SerialNumber) -> AuthorityError {
        AuthorityError(.notFound, "no certificate has serial number \(serialNumber)")
    }
}

/// A profile with the issuer that signs for it and its counters.
private struct ProfileOffer: Sendable {
    let profile: CertificateProfile
    let issuer: Issuer
    let template: CertificateTemplate
    let party: SigningParty
    let issued: Counter
    let replayed: Counter
    let refused: Counter
    let duration: Metrics.Timer

    init(profile: CertificateProfile, issuer: Issuer) throws {
        self.profile = profile
        self.issuer = issuer
        self.template = try CertificateTemplate(profile: profile, issuer: issuer)
        self.party = SigningParty(issuer)
        self.issued = Self.counter(profile, "issued")
        self.replayed = Self.counter(profile, "replayed")
        self.refused = Self.counter(profile, "refused")
        self.duration = Metrics.Timer(
            label: "signet_issuance_duration_seconds",
            dimensions: [("profile", profile.name)]
        )
        try ProfileCheck.run(self.template)
    }

    private static func counter(_ profile: CertificateProfile, _ outcome: String) -> Counter {
        Counter(label: "signet_issuances_total", dimensions: [("profile", profile.name), ("outcome", outcome)])
    }
}

extension Metrics.Timer {
    fileprivate func record(_ interval: TimeInterval) {
        self.recordNanoseconds(Int64(max(0, interval) * 1_000_000_000))
    }
}

extension SigningParty {
    init(_ issuer: Issuer) {
        self.init(name: issuer.name, signer: issuer.signer, scheme: issuer.scheme, verifier: issuer.verifier)
    }
}

extension CertificateTemplate {
    /// Binds a profile to an issuing CA.
    init(profile: CertificateProfile, issuer: Issuer) throws {
        try self.init(
            profile: profile,
            issuer: LintContext(
                role: profile.role,
                issuer: issuer.certificate.subject,
                issuerKeyIdentifier: issuer.keyIdentifier,
                issuerKey: issuer.publicKey,
                issuerNotAfter: issuer.notAfter,
                issuerPathLength: issuer.pathLength,
                scheme: issuer.scheme
            ),
            issuerName: issuer.name,
            notBefore: issuer.notBefore,
            addresses: issuer.addresses,
            shards: issuer.shards
        )
    }
}
