// POST /v1/certificates: a certificate for a request (RFC 2986).

import CertificateAuthority
import FoundationEssentials
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority
import TransparencyLog

extension Route {
    private static let issuance = RouteName(method: .post, path: "/v1/certificates")

    /// Issues a certificate: `{"profile", "csr", "lifetime"?}` → 201.
    ///
    /// The identity of a registered agent is its registration's, for whoever may change that; all else is for issuers.
    ///
    /// With `Prefer: wait` the answer carries the proof that the log has it, when that comes in time.
    static func issueCertificate(
        _ authority: IssuingAuthority,
        _ chains: IssuerChains,
        _ registrations: RegistrationService?,
        _ gatekeeper: Gatekeeper,
        _ log: LogCalls?
    ) -> Route {
        Route(
            Self.issuance.method,
            Self.issuance.path,
            for: .holders(of: .register) { request, context, principal in
                let form = try CertificateForm.preferred(by: request)
                let body = try IssuanceBody(try await request.jsonBody())
                let key = try IdempotencyKey(
                    request,
                    scope: principal.actor,
                    profile: body.profile,
                    csr: body.csr,
                    lifetime: body.lifetime
                )
                var issued: SerialNumber?
                var end: Date?
                if let registrations {
                    // Who may have nothing else issued asks for the one name of an agent.
                    if !body.csr.isForOneURI {
                        try await gatekeeper.requireDirectIssuance(principal, context, Self.issuance)
                    }
                    let claims = try await registrations.claims(on: body.csr.names, for: principal)
                    issued = try await registrations.issueIdentity(
                        body.csr,
                        claims,
                        profile: body.profile,
                        lifetime: body.lifetime,
                        token: key.map { "\($0.key) \($0.requestHash.hexadecimal)" },
                        by: principal,
                        from: RequestOrigin(context)
                    )
                    if issued == nil {
                        try await gatekeeper.requireDirectIssuance(principal, context, Self.issuance)
                        end = try registrations.requireFree(claims, of: body.csr.publicKey, for: principal)
                    }
                } else {
                    try await gatekeeper.requireDirectIssuance(principal, context, Self.issuance)
                }
                let stored: StoredCertificate
                if let issued {
                    stored = try await authority.certificate(issued).stored
                } else {
                    var application = CertificateApplication(
                        profile: body.profile,
                        request: body.csr,
                        lifetime: body.lifetime,
                        requester: Requester(principal, context),
                        idempotency: key
                    )
                    application.notAfter = end.map { CertificateTime($0) }
                    stored = try await authority.issue(application).stored
                }
                let document = CertificateDocument(
                    stored: stored,
                    instant: authority.now,
                    chain: chains[stored.issuer],
                    inclusion: await log?.inclusion(of: .issuance(stored.serialNumber), for: request, context)
                )
                let location = "/v1/certificates/\(stored.serialNumber)"
                return document.response(.created, as: form, headers: [.location: location])
            }
        )
    }
}

/// The body of a request for a certificate.
struct IssuanceBody {
    let profile: String
    let csr: ParsedCSR
    let lifetime: Int64?

    /// Reads a body.
    ///
    /// - Throws: ``Problem``, or `PKIXError` for the certificate request.
    init(_ body: [UInt8]) throws {
        let members = try JSONMembers(body, admitting: ["profile", "csr", "lifetime"])
        self.profile = try members.requiredString("profile")
        self.lifetime = try members.integer("lifetime")
        self.csr = try ParsedCSR(try Self.bytes(of: try members.requiredString("csr")))
    }

    /// The certificate request's PEM as it stands, or the DER in base64 (RFC 4648 §4).
    private static func bytes(of text: String) throws(PKIXError) -> [UInt8] {
        if text.contains("-----BEGIN") { return Array(text.utf8) }
        guard let der = Data(base64Encoded: text), !der.isEmpty else {
            throw PKIXError(.malformedCSR, "member 'csr' is neither PEM of a CERTIFICATE REQUEST nor base64 of its DER")
        }
        return Array(der)
    }
}

extension ParsedCSR {
    /// Whether it has the name of an agent, and no other.
    fileprivate var isForOneURI: Bool {
        guard self.names.count == 1, case .uri = self.names[0] else { return false }
        return true
    }
}

extension Gatekeeper {
    /// Throws unless the caller may have certificates issued beside registration; a refusal is recorded.
    fileprivate func requireDirectIssuance(
        _ principal: Principal,
        _ context: ManagementContext,
        _ route: RouteName
    ) async throws {
        try await self.auditing(principal, context, route) { () throws(RegistrationError) in
            try principal.requireDirectIssuance()
        }
    }
}

extension Requester {
    /// The caller of a request.
    init(_ principal: Principal, _ context: ManagementContext) {
        self.init(
            actor: principal.actor,
            address: context.remoteAddress?.ipAddress,
            requestID: context.requestID
        )
    }
}
