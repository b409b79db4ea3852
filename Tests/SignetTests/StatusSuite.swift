// One daemon for the tests of a suite: it starts when the first of them does and ends with the last.

import Foundation
import Testing

/// A daemon with a certificate in each status.
final class StatusSuite: Sendable {
    @TaskLocal private static var bound: StatusSuite?

    /// That of the suite that runs.
    static var current: StatusSuite {
        get throws { try #require(Self.bound, "the suite lacks the trait .statuses()") }
    }

    let party: RelyingParty
    let good: RelyingParty.Leaf
    let revoked: RelyingParty.Leaf
    let held: RelyingParty.Leaf
    let released: RelyingParty.Leaf

    fileprivate init(hierarchy: String?, environment: [String: String]) throws {
        self.party = try RelyingParty(hierarchy: hierarchy, environment: environment)
        self.good = try self.party.issue("good")
        self.revoked = try self.party.issue("revoked")
        self.held = try self.party.issue("held")
        self.released = try self.party.issue("released")
    }

    /// Changes what the names promise.
    ///
    /// - Parameter isPaced: whether the last change comes a second after the complete CRL with the others. Of two CRLs of
    ///   one second no Last-Modified tells which is meant.
    fileprivate func revoke(isPaced: Bool) async throws {
        try self.party.revoke(self.revoked, "keyCompromise")
        try self.party.revoke(self.held, "certificateHold")
        try self.party.revoke(self.released, "certificateHold")
        if isPaced {
            _ = try await self.party.crl("/crl/agents.crl") { crl in
                [self.revoked, self.held, self.released].allSatisfy { crl.entry(of: $0) != nil }
            }
            try await Task.sleep(for: .seconds(1))
        }
        try self.party.release(self.released)
    }

    fileprivate func run(_ body: @Sendable () async throws -> Void) async throws {
        try await Self.$bound.withValue(self) { try await body() }
    }
}

/// Gives a suite its daemon.
struct StatusSuiteTrait: SuiteTrait, TestScoping {
    let hierarchy: @Sendable (String) -> String
    let environment: [String: String]
    let isPaced: Bool

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let text = try String(contentsOfFile: "\(projectRoot)/ca/hierarchy.yaml", encoding: .utf8)
        let suite = try StatusSuite(hierarchy: self.hierarchy(text), environment: self.environment)
        // Clients get what they may keep before anything changes.
        for leaf in [suite.good, suite.revoked, suite.held, suite.released] {
            #expect(try suite.party.ocsp(leaf, ["-no_nonce"]).contains(": good"))
        }
        try await suite.revoke(isPaced: self.isPaced)
        try await suite.run(function)
        #expect(suite.party.daemon.stop() == 0)
    }
}

extension Trait where Self == StatusSuiteTrait {
    /// A daemon with a certificate in each status, its hierarchy and its configuration changed.
    static func statuses(
        hierarchy: @escaping @Sendable (String) -> String = { $0 },
        environment: [String: String] = [:],
        isPaced: Bool = false
    ) -> Self {
        Self(hierarchy: hierarchy, environment: environment, isPaced: isPaced)
    }
}
