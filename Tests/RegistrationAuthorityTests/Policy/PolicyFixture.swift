// A policy for tests.

import PKIX
import RegistrationAuthority

enum PolicyFixture {
    static func policy(_ text: String) throws -> PolicySet {
        try PolicySet(octets: Array(text.utf8), file: "policy.yaml")
    }

    /// A policy whose one rule has these conditions and allows.
    static func policy(when: String) throws -> PolicySet {
        try self.policy(
            """
            version: 1
            rules:
              - name: only
                when: \(when)
                then: {allow: {}}
            """
        )
    }

    static let example = """
        version: 1
        suffixes: [co.uk]
        limits:
          per-address: {of: address, capacity: 10, refill: 5, every: 1h}
          per-account: {of: account, capacity: 100, refill: 100, every: 1d}
        rules:
          - name: blocked
            when: {address: [192.0.2.0/24, "2001:db8::/32"]}
            then: {deny: "this network is not welcome"}
          - name: reserved
            when: {zone: ours, host: "**admin.**"}
            then: {approve: {proofs: key}}
          - name: ours
            when: {zone: ours, role: [issuer, admin], anyProtocol: [A2A, MCP]}
            then:
              allow:
                maxAgentsPerAccount: 3
                lifetime: {minimum: 1h, maximum: 90d}
                proofs: [key]
                keyTypes: [Ed25519, P-256]
                labels: {minimumLength: 3, maximumLength: 40, reserve: [acme, "911"], release: dns, admitLookAlikes: false}
                limits: [per-address, per-account]
          - name: others
            when: {zone: other, account: "acme-*"}
            then: {allow: {proofs: [key, [dns-01, http-01]]}}
        """
}
