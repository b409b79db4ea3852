// The body of POST /v2/ans/agents: the agent's description and what its certificates are made from.

public import JSON
public import PKIX

/// What a registration must have beyond ANS's own rules.
public struct RegistrationRequirements: Hashable, Sendable {
    /// Whether a server CSR or a server certificate must come with it.
    public var requiresServerCertificate: Bool
    /// Whether an identity CSR must come with it.
    public var requiresIdentityCSR: Bool
    /// Whether URLs on this machine may be `http`.
    public var admitsLoopbackHTTP: Bool

    /// Creates requirements; the defaults ask for nothing more and admit `https` alone.
    public init(
        requiresServerCertificate: Bool = false,
        requiresIdentityCSR: Bool = false,
        admitsLoopbackHTTP: Bool = false
    ) {
        self.requiresServerCertificate = requiresServerCertificate
        self.requiresIdentityCSR = requiresIdentityCSR
        self.admitsLoopbackHTTP = admitsLoopbackHTTP
    }
}

/// Where an agent's server certificate comes from.
public enum ServerCertificateSource: Hashable, Sendable {
    /// The registration authority obtains one for this CSR, in PEM.
    case request(pem: String)
    /// The agent brought one, in PEM, with the certificates that lead to a root.
    case certificate(pem: String, chainPEM: String?)
}

/// A checked registration.
public struct AgentRegistrationRequest: Hashable, Sendable {
    /// What the agent says of itself.
    public let agent: AgentDescription
    /// The identity CSR, whose only name is the ANS name.
    public let identityCSR: ParsedCSR?
    /// The identity CSR as it was sent.
    public let identityCSRPEM: String?
    /// What the server certificate is made from.
    public let serverCertificate: ServerCertificateSource?

    /// Reads and checks a body.
    ///
    /// - Throws: ``RegistrationError``: as ``AgentDescription/init(_:_:)``, and `.invalidIdentityCSR`, `.missingMember`,
    ///   `.invalidRegistration` for members that exclude one another.
    public init(_ json: JSONValue, _ requirements: RegistrationRequirements) throws(RegistrationError) {
        let members = try MemberReader(json)
        self.agent = try AgentDescription(json, requirements)
        self.identityCSRPEM = try members.text("identityCsrPEM", atMost: Budget.csrPEMBytes, .pem)
        if let pem = self.identityCSRPEM {
            self.identityCSR = try IdentityCSR.parse(pem, for: self.agent.ansName)
        } else if requirements.requiresIdentityCSR {
            throw members.error("identityCsrPEM", "it is missing", code: .missingMember)
        } else {
            self.identityCSR = nil
        }
        self.serverCertificate = try Self.serverCertificate(members)
        guard self.serverCertificate != nil || !requirements.requiresServerCertificate else {
            throw members.error(
                "serverCsrPEM",
                "it is missing; send it, or serverCertificatePEM with serverCertificateChainPEM",
                code: .missingMember
            )
        }
    }

    /// ANS: a CSR, or a certificate with its chain; exactly one of the two.
    private static func serverCertificate(
        _ members: MemberReader
    ) throws(RegistrationError) -> ServerCertificateSource? {
        let request = try self.pem("serverCsrPEM", members, Budget.csrPEMBytes)
        let certificate = try self.pem("serverCertificatePEM", members, Budget.certificatePEMBytes)
        let chain = try self.pem("serverCertificateChainPEM", members, Budget.certificatePEMBytes)
        switch (request, certificate) {
        case (_?, _?):
            throw members.error(
                "serverCertificatePEM",
                "it excludes serverCsrPEM; send one of the two",
                code: .invalidRegistration
            )
        case (let request, nil):
            guard chain == nil else {
                throw members.error(
                    "serverCertificateChainPEM",
                    "it belongs to a serverCertificatePEM, which is missing",
                    code: .invalidRegistration
                )
            }
            return request.map { .request(pem: $0) }
        case (nil, let certificate?): return .certificate(pem: certificate, chainPEM: chain)
        }
    }

    private static func pem(_ name: String, _ members: MemberReader, _ limit: Int) throws(RegistrationError) -> String?
    {
        guard let text = try members.text(name, atMost: limit, .pem) else { return nil }
        guard text.contains("-----BEGIN "), text.contains("-----END ") else {
            throw members.error(name, "it is no PEM: '-----BEGIN …' and '-----END …' are needed")
        }
        return text
    }
}

/// The CSR of an identity certificate.
public enum IdentityCSR {
    /// Parses and verifies a CSR whose one subject alternative name is the URI of the agent's ANS name.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidIdentityCSR`.
    public static func parse(_ pem: String, for name: ANSName) throws(RegistrationError) -> ParsedCSR {
        let request: ParsedCSR
        do throws(PKIXError) {
            request = try ParsedCSR(Array(pem.utf8))
        } catch {
            throw self.error(error.reason)
        }
        let names = request.names.map { "\($0)".quotedForDetail }.joined(separator: ", ")
        guard !request.names.isEmpty else {
            throw self.error("the CSR has no subject alternative name; it must have 'URI:\(name)'")
        }
        guard request.names.count == 1 else {
            throw self.error("the CSR has \(request.names.count) names; it must have 'URI:\(name)' alone")
        }
        guard case .uri(let uri) = request.names[0], uri.description == name.description else {
            throw self.error("the CSR is for '\(names)'; it must be for 'URI:\(name)'")
        }
        return request
    }

    private static func error(_ reason: String) -> RegistrationError {
        RegistrationError(.invalidIdentityCSR, "identityCsrPEM: " + reason)
    }
}
