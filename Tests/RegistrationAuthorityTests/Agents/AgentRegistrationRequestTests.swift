import PKIX
import Testing

@testable import RegistrationAuthority

@Suite struct AgentRegistrationRequestTests {
    private static let pem = AgentFixtures.quoted("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")

    private static func request(
        _ changes: [String: String?],
        _ requirements: RegistrationRequirements = RegistrationRequirements()
    ) throws -> AgentRegistrationRequest {
        try AgentRegistrationRequest(try AgentFixtures.body(changes), requirements)
    }

    @Test("the identity CSR is parsed and kept as it was sent")
    func identity() throws {
        let pem = try AgentFixtures.csr()
        let request = try Self.request(["identityCsrPEM": AgentFixtures.quoted(pem)])
        #expect(request.identityCSRPEM == pem)
        #expect(request.identityCSR?.names.map(\.description) == ["URI:\(AgentFixtures.ansName)"])
        #expect(try Self.request([:]).identityCSR == nil)
    }

    @Test("an identity CSR for anything but the ANS name alone is refused")
    func wrongNames() throws {
        let wrong = [
            try AgentFixtures.csr(uris: ["ans://v1.0.1.\(AgentFixtures.host)"]),
            try AgentFixtures.csr(uris: ["ans://v1.0.0.other.example.com"]),
            try AgentFixtures.csr(uris: ["https://\(AgentFixtures.host)"]),
            try AgentFixtures.csr(uris: []),
            try AgentFixtures.csr(dns: [AgentFixtures.host]),
            try AgentFixtures.csr(uris: [], dns: [AgentFixtures.host]),
            try AgentFixtures.csr(uris: [AgentFixtures.ansName, "ans://v1.0.0.other.example.com"]),
            try AgentFixtures.csr(breaking: true),
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            "hello",
        ]
        for pem in wrong {
            let error = #expect(throws: RegistrationError(.invalidIdentityCSR, "")) {
                try Self.request(["identityCsrPEM": AgentFixtures.quoted(pem)])
            }
            #expect(error?.reason.hasPrefix("identityCsrPEM:") == true)
        }
    }

    @Test("a CSR that is no text, too long or not ASCII is refused")
    func wrongKinds() {
        for value in ["1", "\"é\"", "\"\(String(repeating: "A", count: 65_537))\""] {
            #expect(throws: RegistrationError(.invalidMember, "")) { try Self.request(["identityCsrPEM": value]) }
        }
    }

    @Test("the server certificate is asked for or brought, and not both")
    func server() throws {
        #expect(try Self.request([:]).serverCertificate == nil)
        guard case .request = try Self.request(["serverCsrPEM": Self.pem]).serverCertificate else {
            Issue.record("a server CSR is a request")
            return
        }
        let brought = try Self.request(["serverCertificatePEM": Self.pem, "serverCertificateChainPEM": Self.pem])
        guard case .certificate(_, let chain?) = brought.serverCertificate else {
            Issue.record("a server certificate is brought with its chain")
            return
        }
        #expect(chain.hasPrefix("-----BEGIN"))
        for changes in [
            ["serverCsrPEM": Self.pem, "serverCertificatePEM": Self.pem], ["serverCertificateChainPEM": Self.pem],
            ["serverCsrPEM": Self.pem, "serverCertificateChainPEM": Self.pem],
        ] {
            #expect(throws: RegistrationError(.invalidRegistration, "")) { try Self.request(changes) }
        }
        #expect(throws: RegistrationError(.invalidMember, "")) { try Self.request(["serverCsrPEM": "\"no PEM\""]) }
    }

    @Test("what is required must be there")
    func required() throws {
        let server = RegistrationRequirements(requiresServerCertificate: true)
        #expect(throws: RegistrationError(.missingMember, "")) { try Self.request([:], server) }
        #expect(try Self.request(["serverCsrPEM": Self.pem], server).serverCertificate != nil)
        #expect(try Self.request(["serverCertificatePEM": Self.pem], server).serverCertificate != nil)
        let identity = RegistrationRequirements(requiresIdentityCSR: true)
        #expect(throws: RegistrationError(.missingMember, "")) { try Self.request([:], identity) }
        let pem = AgentFixtures.quoted(try AgentFixtures.csr())
        #expect(try Self.request(["identityCsrPEM": pem], identity).identityCSR != nil)
    }
}
