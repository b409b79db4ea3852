// The report as JSON: the same at `POST /v1/verify` and from `signet verify --json`.

public import JSON
import PKIX

extension VerificationReport {
    /// The whole report.
    public var json: JSONValue {
        self.compactJSON.appending(
            Self.members([
                ("subject", .string(self.subject)),
                ("ansName", self.name.map { .string($0.description) }),
                ("host", self.host.map { .string($0.description) }),
                ("agentId", self.agentID.map { .string($0) }),
                ("identityCertificateSHA256", self.identityFingerprint.map { .string($0.hexadecimal) }),
                ("serverCertificateSHA256", self.serverFingerprint.map { .string($0.hexadecimal) }),
                ("checkedAt", .string(self.time.description)),
                ("checks", .array(self.checks.map(\.json))),
            ])
        )
    }

    /// The form for agents: one boolean, the tier, one reason; where the log has the agent, also its place there.
    public var compactJSON: JSONValue {
        .object(present: [
            "verified": .boolean(self.isVerified),
            "tier": .string(self.tier.rawValue),
            "reason": .string(self.reason),
            "logEntry": self.logEntry,
        ])
    }

    /// The place of the identity certificate's entry in the log, when the agent is verified and it was proven.
    private var logEntry: JSONValue? {
        guard self.isVerified else { return nil }
        let evidence = self.checks.first { $0.name == .log && $0.outcome == .passed }?.evidence ?? []
        let place = evidence.filter { LogChecks.placeMembers.contains($0.name) }
        return place.isEmpty ? nil : .object(place)
    }

    private static func members(_ members: [(String, JSONValue?)]) -> [JSONMember] {
        members.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } }
    }
}

extension VerificationCheck {
    /// The check.
    public var json: JSONValue {
        let head: JSONValue = [
            "name": .string(self.name.rawValue),
            "outcome": .string(self.outcome.rawValue),
            "reason": .string(self.reason),
        ]
        guard !self.evidence.isEmpty else { return head }
        return head.appending([JSONMember(name: "evidence", value: .object(self.evidence))])
    }
}
