import RegistrationAuthority
import TestSupport
import Testing

@Suite("Roles")
struct RoleTests {
    /// The whole table: every role with every permission.
    static let table: [Role: [Permission: Bool]] = [
        .admin: [
            .issue: true, .revoke: true, .revokeOwn: true, .read: true, .manageTokens: true, .readAudit: true,
            .register: true, .manageAgents: true, .manageZones: true, .seeAgents: true, .manageAccounts: true,
        ],
        .issuer: [
            .issue: true, .revoke: false, .revokeOwn: true, .read: true, .manageTokens: false, .readAudit: false,
            .register: true, .manageAgents: false, .manageZones: false, .seeAgents: true, .manageAccounts: false,
        ],
        .registrant: [
            .issue: false, .revoke: false, .revokeOwn: false, .read: false, .manageTokens: false, .readAudit: false,
            .register: true, .manageAgents: false, .manageZones: false, .seeAgents: true, .manageAccounts: false,
        ],
        .auditor: [
            .issue: false, .revoke: false, .revokeOwn: false, .read: true, .manageTokens: false, .readAudit: true,
            .register: false, .manageAgents: false, .manageZones: false, .seeAgents: true, .manageAccounts: false,
        ],
    ]

    @Test("Each role admits exactly what the table says", arguments: Role.allCases, Permission.allCases)
    func admits(role: Role, permission: Permission) async throws {
        let expected = try #require(Self.table[role]?[permission] as Bool?)
        let bench = Bench()
        let principal = try await bench.authenticate(try await bench.create(role).secret)
        #expect(principal.role == role)
        #expect(principal.may(permission) == expected)
        if expected {
            try principal.require(permission)
        } else {
            #expect(throws: RegistrationError(.permissionDenied, "")) { try principal.require(permission) }
        }
    }

    @Test(
        "An issuer revokes what it had issued, an admin anything, a registrant and an auditor nothing",
        arguments: Role.allCases
    )
    func revocation(role: Role) async throws {
        let bench = Bench()
        let principal = try await bench.authenticate(try await bench.create(role).secret)
        let own = (try? principal.requireRevocation(ofCertificateIssuedTo: principal.actor)) != nil
        let others = (try? principal.requireRevocation(ofCertificateIssuedTo: "token:0000000000000000")) != nil
        #expect(own == (role == .admin || role == .issuer))
        #expect(others == (role == .admin))
    }

    @Test("Only who manages tokens may create, list or revoke them", arguments: [Role.issuer, .registrant, .auditor])
    func managing(role: Role) async throws {
        let bench = Bench()
        let (token, secret) = try await bench.create(role)
        let principal = try await bench.authenticate(secret)
        let denied = RegistrationError(.permissionDenied, "")
        await #expect(throws: denied) {
            _ = try await bench.service.createToken(name: "n", role: .admin, by: principal, from: .local)
        }
        await #expect(throws: denied) { _ = try await bench.service.listTokens(limit: 1, by: principal) }
        await #expect(throws: denied) {
            _ = try await bench.service.revokeToken(id: token.id, by: principal, from: .local)
        }
        #expect(await bench.store.tokens.count == 1)
        #expect(await bench.store.entries.count == 1)
    }
}
