// Registrations as ANS clients read them (ANS-1, `AgentDetails`, `RegistrationPending`, `AgentStatus`).

import FoundationEssentials
import JSON
import RegistrationAuthority

extension JSONValue {
    /// A time: RFC 3339 in UTC, to the second.
    static func time(_ date: Date) -> JSONValue { .string(date.formatted(.iso8601)) }

    /// `AgentDetails`: an agent with what is still to be done for it.
    static func agent(_ registration: Registration, at base: AgentLinks) -> JSONValue {
        let description = registration.description.json
        return .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentDisplayName": description["agentDisplayName"],
            "agentDescription": description["agentDescription"],
            "version": description["version"],
            "agentHost": .string(registration.host),
            "agentStatus": .string(registration.status.rawValue),
            "endpoints": description["endpoints"],
            "discoveryProfiles": description["discoveryProfiles"],
            "registrationTimestamp": .time(registration.createdAt),
            "lastRenewalTimestamp": registration.lastRenewal.map(JSONValue.time),
            "expiresAt": registration.expiresAt.map(JSONValue.time),
            "identityCertificate": registration.identityCertificate,
            "serverCertificate": registration.serverCertificate,
            "registrationPending": registration.status.isPending ? .pending(registration, at: base) : nil,
            "failure": registration.failure.map(JSONValue.failure),
            "revokedAt": registration.ending.map { .time($0.at) },
            "dnsRecords": registration.status.isLive ? .records(registration.records) : nil,
            "links": .links(registration, at: base),
        ])
    }

    /// An entry of a listing.
    static func listed(_ registration: Registration, at base: AgentLinks) -> JSONValue {
        let description = registration.description.json
        return .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentDisplayName": description["agentDisplayName"],
            "agentDescription": description["agentDescription"],
            "version": description["version"],
            "agentHost": .string(registration.host),
            "status": .string(registration.status.rawValue),
            "ttl": 300,
            "registrationTimestamp": .time(registration.createdAt),
            "endpoints": description["endpoints"],
            "links": .links(registration, at: base),
        ])
    }

    /// `RegistrationPending`: what is to be done next, and by whom.
    static func pending(_ registration: Registration, at base: AgentLinks) -> JSONValue {
        .object(present: [
            "agentId": .string(registration.id.description),
            "status": .string(registration.status.rawValue),
            "phase": .string(registration.phase.rawValue),
            "ansName": .string(registration.ansName),
            "nextSteps": .array(registration.nextSteps(at: base)),
            "challenges": registration.allChallenges.map(JSONValue.array),
            "dnsRecords": registration.records.isEmpty ? nil : .records(registration.records),
            "failure": registration.failure.map(JSONValue.failure),
            "expiresAt": .time(registration.deadline),
            "links": .links(registration, at: base),
        ])
    }

    /// `AgentStatus`: how far it is.
    static func status(_ registration: Registration) -> JSONValue {
        .object(present: [
            "status": .string(registration.status.rawValue),
            "phase": .string(registration.phase.rawValue),
            "completedSteps": .array(registration.completedSteps.map(JSONValue.string)),
            "pendingSteps": .array(registration.pendingSteps.map(JSONValue.string)),
            "failure": registration.failure.map(JSONValue.failure),
            "createdAt": .time(registration.createdAt),
            "updatedAt": .time(registration.updatedAt),
            "expiresAt": registration.status.isPending ? .time(registration.deadline) : nil,
        ])
    }

    /// `DnsRecord`s, with how far those are that we write.
    static func records(_ records: [ManagedRecord]) -> JSONValue {
        .array(
            records.filter { $0.state != .removed }.map { managed in
                guard case .object(let members) = managed.record.json else { return managed.record.json }
                var extra = [JSONMember(name: "state", value: .string(managed.state.rawValue))]
                if let failure = managed.failure { extra.append(JSONMember(name: "failure", value: .string(failure))) }
                return .object(members + extra)
            }
        )
    }

    private static func failure(_ failure: RegistrationFailure) -> JSONValue {
        ["code": .string(failure.code), "message": .string(failure.reason), "at": .time(failure.at)]
    }

    private static func links(_ registration: Registration, at base: AgentLinks) -> JSONValue {
        [
            ["rel": "self", "href": .string(base.agent(registration.id))],
            ["rel": "identity-certificates", "href": .string(base.agent(registration.id, "certificates/identity"))],
            ["rel": "server-certificates", "href": .string(base.agent(registration.id, "certificates/server"))],
            ["rel": "revoke", "href": .string(base.agent(registration.id, "revoke"))],
        ]
    }
}

/// Where the calls about an agent are, in the lane that its owner uses.
struct AgentLinks: Sendable {
    /// `/v2/ans/agents` or `/v1/agents`.
    let collection: String

    /// The path of an agent, or of something below it.
    func agent(_ id: AgentID, _ part: String? = nil) -> String {
        "\(self.collection)/\(id)" + (part.map { "/" + $0 } ?? "")
    }
}

extension Registration {
    /// When the latest certificate was issued that the agent asked for once it was active.
    fileprivate var lastRenewal: Date? {
        guard let activatedAt else { return nil }
        let identity = self.requests.last { $0.status == .signed && $0.submittedAt > activatedAt }?.updatedAt
        let server = self.serverRequests.last { $0.status == .signed && $0.submittedAt > activatedAt }?.updatedAt
        return [identity, server].compactMap(\.self).max()
    }

    /// The challenges of ours, or of the CA of the server certificate; nil when there are none.
    fileprivate var allChallenges: [JSONValue]? {
        if let challenge = self.challenge { return self.challenges(challenge) }
        guard self.step == .obtainServer, let request = self.openServerRequest, !request.challenges.isEmpty else {
            return nil
        }
        return request.challenges.map { .challenge($0, until: self.deadline(of: request)) }
    }

    fileprivate func nextSteps(at base: AgentLinks) -> [JSONValue] {
        func step(_ action: String, _ description: String, _ part: String? = nil) -> JSONValue {
            .object(present: [
                "action": .string(action), "description": .string(description),
                "endpoint": part.map { .string(base.agent(self.id, $0)) },
            ])
        }
        switch self.step {
        case .awaitApproval: return [step("WAIT", "A person has to approve the registration.")]
        case .awaitControl:
            return [
                step("CONFIGURE_DNS", "Publish the TXT record of the DNS_01 challenge, or"),
                step("CONFIGURE_HTTP", "serve the key authorization at the path of the HTTP_01 challenge."),
                step("VALIDATE_DOMAIN", "Then have it checked.", "verify-acme"),
            ]
        case .obtainServer where self.openServerRequest?.challenges.isEmpty == false:
            return self.serverSteps(at: base, verifying: "verify-acme")
        case .awaitRecords:
            return [
                step("CONFIGURE_DNS", "Publish the records in dnsRecords that are required."),
                step("VERIFY_DNS", "Then have them checked.", "verify-dns"),
            ]
        case .checkName, .obtainServer, .issueIdentity, .publishRecords, .verifyRecords, .retireRecords, .withdraw:
            return [step("WAIT", "The registration authority is at work.")]
        case .none: return []
        }
    }

    fileprivate func challenges(_ challenge: ControlChallenge) -> [JSONValue] {
        self.terms.methods.compactMap { method in
            var members: [(String, JSONValue)] = [
                ("token", .string(challenge.token)), ("keyAuthorization", .string(challenge.keyAuthorization)),
                ("expiresAt", .time(challenge.expiresAt)),
            ]
            switch method {
            case .dns01:
                let record: JSONValue = [
                    "name": .string("_acme-challenge.\(self.host)"), "type": "TXT",
                    "value": .string(challenge.dnsValue),
                ]
                members = [("type", "DNS_01")] + members + [("dnsRecord", record)]
            case .http01: members = [("type", "HTTP_01")] + members + [("httpPath", .string(challenge.httpPath))]
            case .ownZone: return nil
            }
            return .object(members.map { JSONMember(name: $0, value: $1) })
        }
    }

    private static let steps: [(RegistrationPhase, String)] = [
        (.domainValidation, "DOMAIN_VALIDATION"), (.certificateIssuance, "CERTIFICATE_ISSUANCE"),
        (.dnsProvisioning, "DNS_PROVISIONING"),
    ]

    private var position: Int {
        switch self.phase {
        case .initialization, .domainValidation: 0
        case .certificateIssuance: 1
        case .dnsProvisioning: 2
        case .completed: self.activatedAt == nil ? 0 : 3
        }
    }

    fileprivate var completedSteps: [String] { Self.steps.prefix(self.position).map(\.1) }
    fileprivate var pendingSteps: [String] {
        self.status.isPending ? Self.steps.dropFirst(self.position).map(\.1) : []
    }
}
