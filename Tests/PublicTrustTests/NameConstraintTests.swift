import PKIX
import SwiftASN1
import Testing
import X509

@testable import PublicTrust

@Suite("Name constraints")
struct NameConstraintTests {
    /// A name held against constraints.
    struct Case: Sendable, CustomStringConvertible {
        let name: GeneralName
        var permitted: [GeneralName] = []
        var excluded: [GeneralName] = []
        let isAdmitted: Bool

        var description: String { "\(self.name) +\(self.permitted) -\(self.excluded)" }
    }

    static func uri(_ text: String) -> GeneralName { .uniformResourceIdentifier(text) }
    static func ip(_ octets: UInt8...) -> GeneralName { .ipAddress(ASN1OctetString(contentBytes: octets[...])) }
    static func dn(_ organization: String, _ name: String? = nil) -> GeneralName {
        .directoryName(
            try! DistinguishedName {
                OrganizationName(organization)
                if let name { CommonName(name) }
            }
        )
    }

    static let uris: [Case] = [
        Case(name: uri("ans://v1.0.0.a.example.com"), permitted: [uri(".example.com")], isAdmitted: true),
        Case(name: uri("ans://v1.0.0.a.example.org"), permitted: [uri(".example.com")], isAdmitted: false),
        Case(name: uri("ans://v1.0.0.a.example.com"), excluded: [uri(".a.example.com")], isAdmitted: false),
        Case(name: uri("https://example.com/x"), permitted: [uri(".example.com")], isAdmitted: false),
        Case(name: uri("https://example.com/x"), permitted: [uri("example.com")], isAdmitted: true),
        Case(name: uri("https://a.example.com"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://EXAMPLE.com:443/"), permitted: [uri("Example.COM")], isAdmitted: true),
        Case(name: uri("https://evil.org/@example.com"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://example.com@evil.org/"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://evil.org\\@example.com/"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://evil.org#@example.com"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("urn:example:a"), permitted: [uri("example.com")], isAdmitted: false),
        Case(name: uri("urn:example:a"), excluded: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://192.0.2.1/"), excluded: [uri("example.com")], isAdmitted: false),
        Case(name: uri("https://[2001:db8::1]/"), excluded: [uri("example.com")], isAdmitted: false),
        Case(name: uri("urn:example:a"), permitted: [.dnsName("example.com")], isAdmitted: true),
        Case(name: uri("https://notexample.com"), permitted: [uri(".example.com")], isAdmitted: false),
        Case(name: uri("https://a.example.com"), excluded: [uri("*.example.com")], isAdmitted: false),
    ]

    static let others: [Case] = [
        Case(name: .dnsName("A.Example.com"), permitted: [.dnsName("example.COM")], isAdmitted: true),
        Case(name: .dnsName("notexample.com"), permitted: [.dnsName("example.com")], isAdmitted: false),
        Case(name: .dnsName("a.example.com"), permitted: [.dnsName("")], isAdmitted: true),
        Case(name: .dnsName("a.example.com"), excluded: [.dnsName("")], isAdmitted: false),
        Case(name: .dnsName("*.example.com"), excluded: [.dnsName("a.example.com")], isAdmitted: false),
        Case(name: .dnsName("*.example.com"), excluded: [.dnsName("b.a.example.com")], isAdmitted: true),
        Case(name: .dnsName("*.example.com"), permitted: [.dnsName("a.example.com")], isAdmitted: false),
        Case(name: .dnsName("*.a.example.com"), permitted: [.dnsName("a.example.com")], isAdmitted: true),
        Case(name: .dnsName("a b"), excluded: [.dnsName("example.com")], isAdmitted: false),
        Case(name: ip(192, 0, 2, 7), permitted: [ip(192, 0, 2, 0, 255, 255, 255, 0)], isAdmitted: true),
        Case(name: ip(192, 0, 3, 7), permitted: [ip(192, 0, 2, 0, 255, 255, 255, 0)], isAdmitted: false),
        Case(name: ip(192, 0, 2, 7), excluded: [ip(0, 0, 0, 0, 0, 0, 0, 0)], isAdmitted: false),
        Case(name: ip(192, 0, 2, 7), excluded: [ip(10, 0, 0, 0, 255, 0, 255, 0)], isAdmitted: false),
        Case(name: ip(192, 0, 2, 7), permitted: [ip(192, 0, 2, 4, 255, 255, 255, 0xFC)], isAdmitted: true),
        Case(name: ip(192, 0, 2, 8), permitted: [ip(192, 0, 2, 4, 255, 255, 255, 0xFC)], isAdmitted: false),
        Case(name: dn("ACME", "a"), permitted: [dn("acme ")], isAdmitted: true),
        Case(name: dn("ACME Two", "a"), permitted: [dn("Acme  two")], isAdmitted: true),
        Case(name: dn("Other", "a"), permitted: [dn("Acme")], isAdmitted: false),
        Case(name: dn("ACME"), excluded: [dn("acme", "a")], isAdmitted: true),
        Case(name: dn("ACME", "a"), excluded: [dn("acme")], isAdmitted: false),
        Case(name: .rfc822Name("A@Example.com"), permitted: [.rfc822Name("example.com")], isAdmitted: true),
        Case(name: .rfc822Name("a@b.example.com"), permitted: [.rfc822Name("example.com")], isAdmitted: false),
        Case(name: .rfc822Name("a@b.example.com"), permitted: [.rfc822Name(".example.com")], isAdmitted: true),
        Case(name: .rfc822Name("a@example.com"), permitted: [.rfc822Name("A@example.com")], isAdmitted: false),
        Case(name: .rfc822Name("a@b@example.com"), excluded: [.rfc822Name("c.org")], isAdmitted: false),
        Case(name: .registeredID([1, 2, 3]), excluded: [.registeredID([1, 2, 4])], isAdmitted: false),
        Case(name: .registeredID([1, 2, 3]), excluded: [.dnsName("a.com")], isAdmitted: true),
    ]

    @Test("a name is within what may be named, or it is refused", arguments: Self.uris + Self.others)
    func names(_ vector: Case) throws {
        let constraints = NameConstraints(permittedSubtrees: vector.permitted, excludedSubtrees: vector.excluded)
        #expect((ConstrainedName(name: vector.name).refusal(by: constraints) == nil) == vector.isAdmitted)
    }

    @Test("the rule holds them against every certificate below, whatever CA stands in between", arguments: Self.uris)
    func chains(_ vector: Case) throws {
        let root = try TestAuthority(root: "Root")
        let validator = ChainValidator(roots: try TrustRoots([EncodedCertificate(der: root.der)]))
        let constraints = NameConstraints(permittedSubtrees: vector.permitted, excludedSubtrees: vector.excluded)
        let upper = try TestAuthority("Upper", below: root, constraints: constraints)
        let lower = try TestAuthority("Lower", below: upper)
        let leaf = try lower.issue(names: [vector.name], purposes: [.clientAuth])
        var rule: String?
        do throws(TrustError) {
            _ = try validator.validate([leaf.der, lower.der, upper.der], for: .client, of: nil, at: .now())
        } catch {
            rule = error.rule
        }
        #expect(rule == (vector.isAdmitted ? nil : "name_constraints"))
    }
}
