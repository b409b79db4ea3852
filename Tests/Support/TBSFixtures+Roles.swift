// Good certificates: one a role, as the profiles of this project would have them.

public import PKIX
import SwiftASN1
public import X509

extension TBSFixture {
    /// The first second of every fixture's validity: 2026-11-21T00:00:00Z.
    public static let start = CertificateTime(secondsSinceEpoch: 1_795_219_200)
    /// Seconds in a day.
    public static let day: Int64 = 86_400
    /// The agent whose certificates the fixtures are.
    public static let host = "agent.example.com"
    /// The agent's name.
    public static let ansName = "ans://v1.0.0.agent.example.com"

    /// The root's subject.
    public static let rootName = Self.name("Signet Test Root")
    /// The issuing CA's subject.
    public static let issuingName = Self.name("Signet Test Issuing CA")

    /// A good certificate of a role.
    public init(_ role: CertificateRole, key: FixtureKey? = nil) throws {
        self.init(try Self.toBeSigned(role, key: key), context: Self.context(role))
    }

    /// A good certificate of an end entity for 7 days, without revocation (RFC 9608).
    public static func shortLived(_ role: CertificateRole) throws -> TBSFixture {
        var fixture = try TBSFixture(role)
        fixture.makeShortLived()
        return fixture
    }

    /// What the lints know of a role's certificate.
    public static func context(_ role: CertificateRole) -> LintContext {
        let isFromRoot = role.isCertificationAuthority
        let issuer = isFromRoot ? FixtureKey.root : .issuing
        return LintContext(
            role: role,
            issuer: isFromRoot ? Self.rootName : Self.issuingName,
            issuerKeyIdentifier: issuer.publicKey.keyIdentifier,
            issuerKey: issuer.publicKey,
            issuerNotAfter: role == .root ? nil : Self.start + Self.lifetime(isFromRoot ? .root : .issuingCA),
            issuerPathLength: isFromRoot ? nil : 0,
            scheme: isFromRoot ? .ecdsaSHA384 : .ecdsaSHA256
        )
    }

    /// A good certificate of a role, as values.
    public static func toBeSigned(_ role: CertificateRole, key: FixtureKey? = nil) throws -> ToBeSignedCertificate {
        let context = Self.context(role)
        let publicKey = (key ?? Self.key(of: role)).publicKey
        return ToBeSignedCertificate(
            serialNumber: try SerialNumber(hexadecimal: "8f1e2d3c4b5a69788796a5b4c3d2e1f0"),
            scheme: context.scheme,
            issuer: context.issuer,
            notBefore: Self.start,
            notAfter: Self.start + (Self.lifetime(role) - 1),
            subject: Self.subject(of: role),
            publicKey: publicKey,
            extensions: try Self.extensions(of: role, publicKey: publicKey, context: context)
        )
    }

    private static func key(of role: CertificateRole) -> FixtureKey {
        switch role {
        case .root: .root
        case .issuingCA: .issuing
        default: .p256
        }
    }

    private static func lifetime(_ role: CertificateRole) -> Int64 {
        switch role {
        case .root: 7_305 * Self.day
        case .issuingCA: 1_826 * Self.day
        case .ocspResponder: 30 * Self.day
        case .tls, .agentIdentity: 90 * Self.day
        }
    }

    private static func subject(of role: CertificateRole) -> DistinguishedName {
        switch role {
        case .root: Self.rootName
        case .issuingCA: Self.issuingName
        case .ocspResponder: Self.name("Signet Test OCSP Responder")
        case .tls, .agentIdentity: Self.name(Self.host)
        }
    }

    private static func name(_ commonName: String) -> DistinguishedName {
        try! DistinguishedName {
            CountryName("DE")
            OrganizationName("Signet Test")
            CommonName(commonName)
        }
    }
}
