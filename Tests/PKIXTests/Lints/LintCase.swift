// One lint with a certificate that passes and one that fails.

import PKIX
import TestSupport
import Testing

/// A lint's passing and failing certificate, each a good certificate with a change.
struct LintCase: Sendable, CustomTestStringConvertible {
    typealias Mutation = @Sendable (inout TBSFixture) throws -> Void

    /// The lint's name.
    let lint: String
    /// The good certificate to begin with.
    let role: CertificateRole
    /// The subject's key, when the role's usual one does not do.
    let key: FixtureKey?
    /// Lints that the failing certificate breaks besides.
    let others: Set<String>
    let passing: Mutation
    let failing: Mutation

    init(
        _ lint: String,
        _ role: CertificateRole = .tls,
        key: FixtureKey? = nil,
        also others: Set<String> = [],
        passing: @escaping Mutation = { _ in },
        failing: @escaping Mutation
    ) {
        self.lint = lint
        self.role = role
        self.key = key
        self.others = others
        self.passing = passing
        self.failing = failing
    }

    var testDescription: String { self.lint }

    /// The names of what the lints find in the certificate after a change.
    func findings(after mutation: Mutation) throws -> Set<String> {
        var fixture = try TBSFixture(self.role, key: self.key)
        try mutation(&fixture)
        return Set(LintSet.findings(for: try fixture.linted()).map(\.lint))
    }

    /// The cases of every folder of lints. At least one a lint.
    static let all: [LintCase] =
        rfc5280 + rfc5280Names + rfc8410 + rfc9608 + rfc6960 + ans + baselineRequirements + signet
}
