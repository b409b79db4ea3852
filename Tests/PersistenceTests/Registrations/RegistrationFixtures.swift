// Registrations to put into stores.

import AuditLog
import Crypto
import DNS
import Foundation
import JSON
import PKIX
import RegistrationAuthority

/// The id with this number; ids rise with numbers.
func agentID(_ number: Int) -> AgentID {
    let digits = String(number, radix: 16)
    return AgentID("01990000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)!
}

func agentDescription(host: String, version: String = "1.0.0") throws -> AgentDescription {
    let text = """
        {"agentDisplayName":"An \\"agent\\" ☂","agentDescription":"Does things","version":"\(version)","agentHost":"\(host)",
        "endpoints":[{"protocol":"A2A","agentUrl":"https://\(host)/a2a","functions":[{"id":"f","name":"Find","tags":["a"]}]},
        {"protocol":"MCP","agentUrl":"https://\(host)/mcp"}],"discoveryProfiles":["ANS_TXT","ANS_DNSAID"]}
        """
    let json = try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 16, members: 64))
    return try AgentDescription(json, RegistrationRequirements())
}

func registration(
    _ number: Int,
    owner: String = "token:alice",
    host: String? = nil,
    version: String = "1.0.0",
    zone: String? = "agents.example",
    thumbprint: String? = "key",
    status: AgentStatus = .pendingValidation,
    step: RegistrationStep = .issueIdentity,
    isActivated: Bool = false,
    control: ControlMethod? = .ownZone
) throws -> Registration {
    Registration(
        id: agentID(number),
        owner: owner,
        description: try agentDescription(host: host ?? "agent-\(number).agents.example", version: version),
        zone: try zone.map { try DomainName($0) },
        identityKey: nil,
        thumbprint: thumbprint,
        createdAt: noon.date,
        deadline: noon.date + 3_600,
        status: status,
        step: step,
        control: control,
        updatedAt: noon.date,
        activatedAt: isActivated ? noon.date : nil,
        rule: "all",
        policyHash: [1, 2]
    )
}

/// A registration with something in each of its members.
func fullRegistration(_ number: Int) throws -> Registration {
    func after(_ milliseconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(1_795_262_400_123 + milliseconds) / 1_000)
    }
    let at = after(0)
    let host = "full-\(number).agents.example"
    let name = try DomainName(host)
    let failure = RegistrationFailure(code: "CODE", reason: "a reason with \"quotes\" and ☂", at: after(1001))
    let binding = ServiceBinding(priority: 1, target: .root, parameters: [1: [2, 0x68, 0x32]])
    let states: [ManagedRecord.State] = [.planned, .published, .verified, .withdrawing, .removed]
    let data: [RecordData] = [
        .text("v=ans1; url=https://x/ \"q\" \\ ☂"), .text(String(repeating: "long ", count: 100)), .https(binding),
        .svcb(binding), .text(""),
    ]
    return Registration(
        id: agentID(number),
        owner: "token:alice",
        description: try agentDescription(host: host),
        zone: try DomainName("agents.example"),
        identityKey: try SubjectPublicKey(
            derEncoded: [UInt8](P256.Signing.PrivateKey().publicKey.derRepresentation)
        ),
        thumbprint: "thumb",
        createdAt: at,
        deadline: at.addingTimeInterval(7 * 86_400),
        status: .deprecated,
        step: .issueIdentity,
        attempts: 7,
        failure: failure,
        challenge: ControlChallenge(token: "t", keyAuthorization: "t.k", expiresAt: after(60007)),
        control: .http01,
        requests: [
            IdentityRequest(id: agentID(900), request: [0, 255, 1], submittedAt: at, updatedAt: after(1)),
            IdentityRequest(
                id: agentID(901),
                request: [],
                submittedAt: at,
                status: .signed,
                updatedAt: after(2000),
                serialNumber: serial(5),
                notAfter: noon.date + 86_400
            ),
            IdentityRequest(
                id: agentID(902),
                request: [3],
                submittedAt: at,
                status: .rejected,
                updatedAt: at,
                failure: "weak"
            ),
        ],
        serverRequests: serverRequests(at: at),
        records: zip(states, data).enumerated().map { index, pair in
            ManagedRecord(
                record: ProvisionedRecord(
                    record: ResourceRecord(name: name, ttl: UInt32(60 + index), data: pair.1),
                    purpose: RecordPurpose.allCases[index % RecordPurpose.allCases.count],
                    required: index % 2 == 0
                ),
                isOurs: index % 2 == 1,
                state: pair.0,
                failure: index == 0 ? "no answer" : nil
            )
        },
        updatedAt: after(3999),
        activatedAt: after(4000),
        expiresAt: noon.date + 86_400,
        ending: RegistrationEnding(reason: .keyCompromise, comments: "it was lost", at: after(5000)),
        rule: "a rule",
        policyHash: [UInt8](repeating: 7, count: 32)
    )
}

/// Requests for server certificates with something in each of their members.
private func serverRequests(at instant: Date) -> [ServerRequest] {
    var signed = ServerRequest(
        id: agentID(910),
        origin: .renewal,
        request: [1, 2],
        isBrought: false,
        publicKeyHash: [UInt8](repeating: 3, count: 32),
        replaces: [4],
        submittedAt: instant,
        status: .signed,
        updatedAt: instant + 1
    )
    (signed.fingerprint, signed.notBefore, signed.notAfter) = ([5], instant + 2, instant + 3)
    (signed.renewAt, signed.askAgainAt) = (instant + 4, instant + 5)
    (signed.renewalFailures, signed.reminded) = (6, 33)
    var pending = ServerRequest(
        id: agentID(911),
        origin: .owner,
        request: [],
        chain: [[7], [8, 9]],
        isBrought: true,
        publicKeyHash: [10],
        submittedAt: instant,
        updatedAt: instant
    )
    pending.challenges = [
        ServerCertificateChallenge(answer: .record(name: "n", value: "v"), token: "t", keyAuthorization: "k"),
        ServerCertificateChallenge(answer: .file(path: "/p", content: "c"), token: "t2", keyAuthorization: "k2"),
    ]
    pending.failure = "a reason"
    return [signed, pending]
}

extension RegistrationStore {
    /// Adds a registration, and gives what came of it.
    @discardableResult
    func add(
        _ registration: Registration,
        dueAt: Date? = nil,
        lease: WorkLease? = nil,
        atMost agents: Int? = nil
    ) async throws -> RegistrationCreation {
        try await self.create(
            registration,
            dueAt: dueAt,
            lease: lease,
            atMost: agents,
            audit: event(.registerAgent, 1)
        )
    }

    /// Makes a change of a registration as it is.
    @discardableResult
    func change(
        _ id: AgentID,
        dueAt: Date? = nil,
        lease: WorkLease? = nil,
        yieldsAt instant: Date? = nil,
        events: [RegistrationEventType] = [],
        _ change: (inout Registration) -> Void = { _ in }
    ) async throws -> StoredRegistration? {
        guard var stored = try await self.registration(id) else { return nil }
        change(&stored.registration)
        return try await self.update(
            RegistrationChange(
                stored.registration,
                from: stored.revision,
                dueAt: dueAt,
                lease: lease,
                yieldsAt: instant,
                audit: [event(.activateAgent, 2)],
                events: events.map { RegistrationEvent($0, at: noon.date) }
            )
        )
    }
}
