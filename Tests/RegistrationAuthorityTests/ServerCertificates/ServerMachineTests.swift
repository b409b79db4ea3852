// The state machine's transitions that server certificates have added.

import DNS
import Foundation
import PKIX
import TestSupport
import Testing

@testable import RegistrationAuthority

private let start = Date(timeIntervalSince1970: 1_795_262_400)

@Suite("The state machine with server certificates")
struct ServerMachineTests {
    private static func id() -> AgentID {
        var generator = SystemRandomNumberGenerator()
        return AgentID(at: start, using: &generator)
    }

    private static func request(_ origin: ServerRequest.Origin = .registration) -> ServerRequest {
        ServerRequest(
            id: self.id(),
            origin: origin,
            request: [1],
            isBrought: false,
            publicKeyHash: [7],
            submittedAt: start,
            updatedAt: start
        )
    }

    private static func certificate(_ number: UInt8, ends: Double = 90 * 86_400) -> ServerCertificate {
        ServerCertificate(
            certificate: [number],
            chain: [],
            fingerprint: [number],
            publicKeyHash: [7],
            notBefore: CertificateTime(start),
            notAfter: CertificateTime(start.addingTimeInterval(ends)),
            source: .authority("test"),
            timestamps: 0
        )
    }

    private static func machine(
        isOurs: Bool = true,
        step: RegistrationStep,
        requests: [ServerRequest] = [request()]
    ) throws -> RegistrationMachine {
        let agent = TestAgent(isOurs ? "weather" : "shop.customer.example")
        return RegistrationMachine(
            Registration(
                id: self.id(),
                owner: "token:alice",
                description: try AgentDescription(agent.body(), RegistrationRequirements()),
                zone: isOurs ? try DomainName(RegistrationBench.apex) : nil,
                identityKey: nil,
                thumbprint: nil,
                createdAt: start,
                deadline: start + 3_600,
                status: .pendingValidation,
                step: step,
                control: step == .awaitControl || step == .awaitApproval && !isOurs ? nil : .ownZone,
                serverRequests: requests,
                updatedAt: start,
                rule: "all",
                policyHash: []
            )
        )
    }

    /// The records of the associations of a registration, as ours.
    private static func records(_ registration: Registration, at instant: Date = start) throws -> [ManagedRecord] {
        try AgentRecords.compute(
            for: registration.description,
            agentID: registration.id.description,
            identityKey: nil,
            logBaseURL: "https://log.example",
            serverCertificateDER: nil,
            associations: registration.associations(at: instant)
        ).map { ManagedRecord(record: $0, isOurs: true) }
    }

    /// A live agent at rest, whose first certificate is handed out.
    private static func live() throws -> RegistrationMachine {
        var machine = try self.machine(step: .obtainServer)
        let first = machine.registration.serverRequests[0].id
        machine.serverObtained(self.certificate(1), for: first, at: start)
        machine.certificatesIssued(records: try self.records(machine.registration), at: start)
        self.publish(&machine)
        return RegistrationMachine(machine.registration)
    }

    private static func publish(_ machine: inout RegistrationMachine) {
        let count = machine.registration.records.count
        machine.published([ChangeResult](repeating: .done, count: count), at: start)
        machine.recordsSeen(at: start)
    }

    @Test("The first work is the server certificate where one is wanted, after the name where that is ours")
    func firstWork() throws {
        let cases: [(isOurs: Bool, requests: [ServerRequest], RegistrationStep)] = [
            (true, [], .issueIdentity), (true, [Self.request()], .checkName), (false, [], .issueIdentity),
            (false, [Self.request()], .obtainServer),
        ]
        for (isOurs, requests, expected) in cases {
            var machine = try Self.machine(isOurs: isOurs, step: .awaitApproval, requests: requests)
            machine.approved(at: start)
            if !isOurs {
                #expect(machine.registration.step == .awaitControl)
                machine.controlProven(by: .dns01, at: start)
            }
            #expect(machine.registration.step == expected)
            checkRegistration(machine.registration)
            machine.nameFree(at: start)
            #expect(machine.registration.step == (expected == .checkName ? .obtainServer : expected))
        }
    }

    @Test("A pending registration goes on with its certificate, and ends with its refusal")
    func pending() throws {
        var machine = try Self.machine(step: .obtainServer)
        let id = machine.registration.serverRequests[0].id
        let challenge = MemoryServerCertificates.fileChallenge
        machine.serverUnderway(id, challenges: [challenge], hindrance: nil, at: start)
        #expect(machine.registration.step == .obtainServer && machine.registration.phase == .domainValidation)
        var refused = machine
        machine.serverObtained(Self.certificate(1), for: id, at: start)
        #expect(machine.registration.step == .issueIdentity && machine.registration.currentServer?.id == id)
        #expect(machine.registration.currentServer?.challenges == [] && machine.events.isEmpty)
        checkRegistration(machine.registration)
        machine.certificatesIssued(records: try Self.records(machine.registration), at: start)
        #expect(machine.registration.status == .pendingDNS && machine.registration.step == .publishRecords)
        checkRegistration(machine.registration)
        refused.serverRejected(id, because: "no", at: start)
        refused.givenUp(RegistrationFailure(code: "C", reason: "no", at: start))
        #expect(refused.registration.status == .failed && refused.registration.step == .withdraw)
        checkRegistration(refused.registration)
    }

    @Test("A live agent has its next certificate once the association is seen, and is told of it once")
    func handedOut() throws {
        var machine = try Self.live()
        #expect(machine.registration.status == .active && machine.registration.step == .none)
        let next = Self.request(.renewal)
        let isTaken1 = machine.serverRequested(next, at: start)
        #expect(isTaken1)
        let isTaken2 = machine.serverRequested(Self.request(.owner), at: start)
        #expect(!isTaken2)
        machine.serverObtained(Self.certificate(2), for: next.id, at: start)
        #expect(machine.registration.step == .obtainServer && machine.registration.openServerRequest != nil)
        checkRegistration(machine.registration)
        machine.serverAssociated(records: try Self.records(machine.registration), at: start)
        #expect(machine.registration.step == .publishRecords && machine.events.isEmpty)
        #expect(machine.registration.currentServer?.fingerprint == [1])
        let planned = machine.registration.records.filter { $0.state == .planned }
        #expect(planned.map(\.record.record.data.association) == [[2]])
        machine.published([.done], at: start)
        #expect(machine.registration.currentServer?.fingerprint == [1])
        machine.recordsSeen(at: start)
        #expect(machine.registration.step == .none && machine.registration.currentServer?.fingerprint == [2])
        #expect(machine.events.map(\.type) == [.renewed])
        #expect(machine.registration.serverRequests.map(\.request) == [[], [1]])
        checkRegistration(machine.registration)
        // The one before stays in DNS until it has ended; the key's association never goes.
        let end = start + 90 * 86_400
        #expect(machine.registration.serverDue.map { $0 <= end } == true)
        #expect(!machine.registration.hasOutdatedAssociations(at: end - 1))
        #expect(machine.registration.hasOutdatedAssociations(at: end))
        machine.associationsOutdated(records: try Self.records(machine.registration, at: end), at: end)
        let leaving = machine.registration.records.filter { $0.state == .withdrawing }
        #expect(leaving.map(\.record.record.data.association) == [[1]])
        #expect(machine.registration.step == .verifyRecords)
    }

    @Test("A renewal that is refused leaves the agent at rest with what it has, and counts")
    func refusedRenewal() throws {
        var machine = try Self.live()
        let next = Self.request(.renewal)
        let isTaken3 = machine.serverRequested(next, at: start)
        #expect(isTaken3)
        machine.serverRejected(next.id, because: "no", retryAt: start + 60, at: start)
        #expect(machine.registration.step == .none && machine.registration.currentServer?.fingerprint == [1])
        #expect(machine.registration.currentServer?.renewalFailures == 1 && machine.events.isEmpty)
        #expect(machine.registration.due == start + 60)
        checkRegistration(machine.registration)
        // What was refused makes room for the next.
        let isTaken4 = machine.serverRequested(Self.request(.renewal), at: start)
        #expect(isTaken4)
        #expect(machine.registration.serverRequests.count == 2)
    }

    @Test("Owners leave the last places to renewals, and what finds none counts as refused")
    func noRoom() throws {
        var machine = try Self.live()
        var signed = machine.registration.serverRequests[0]
        signed.request = [1]
        let places = Budget.serverRequests - Budget.serverSuccessors
        machine.registration.serverRequests = Array(repeating: signed, count: places)
        let isOwners = machine.serverRequested(Self.request(.owner), at: start)
        #expect(!isOwners)
        var renewing = machine
        let isRenewed = renewing.serverRequested(Self.request(.renewal), at: start)
        #expect(isRenewed && renewing.registration.step == .obtainServer)
        machine.registration.serverRequests = Array(repeating: signed, count: Budget.serverRequests)
        let isTaken = machine.serverRequested(Self.request(.renewal), at: start)
        #expect(!isTaken)
        machine.serverRenewalBlocked(retryAt: start + 60, at: start)
        #expect(machine.registration.serverRequests.map(\.renewalFailures).max() == 1)
    }

    @Test("A CA that hurries is believed once; then its certificates live twice as long each time")
    func earlyRenewals() throws {
        var request = Self.request(.renewal)
        request.found(Self.certificate(1), at: start)
        let day = 86_400.0
        #expect(request.earliestRenewal == .distantPast)
        var pauses: [Double] = []
        for count in 1...9 {
            request.earlyRenewals = count
            pauses.append(request.earliestRenewal.timeIntervalSince(start) / day)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        request.earlyRenewals = 2
        #expect(request.earlyRenewals(at: start + 44 * day) == 3 && request.earlyRenewals(at: start + 46 * day) == 0)
        var short = Self.request(.renewal)
        short.found(Self.certificate(2, ends: 3_600), at: start)
        short.earlyRenewals = 1
        #expect(short.earliestRenewal == start + 360)
    }

    @Test("An identity is issued while a server certificate is obtained, and the work goes on where it was")
    func identityMeanwhile() throws {
        var machine = try Self.live()
        let isTaken5 = machine.serverRequested(Self.request(.owner), at: start)
        #expect(isTaken5)
        let identity = IdentityRequest(id: Self.id(), request: [1], submittedAt: start, updatedAt: start)
        let isTaken6 = machine.requested(identity, at: start)
        #expect(isTaken6)
        #expect(machine.registration.step == .issueIdentity)
        machine.rejected(identity.id, because: "no", at: start)
        machine.certificatesIssued(records: machine.registration.records, at: start)
        #expect(machine.registration.step == .obtainServer)
    }

    @Test("At its end nothing is kept to be renewed, and what is under way is left to whoever withdraws")
    func ended() throws {
        var machine = try Self.live()
        let next = Self.request(.owner)
        let isTaken7 = machine.serverRequested(next, at: start)
        #expect(isTaken7)
        machine.revoked(RegistrationEnding(reason: .superseded, comments: nil, at: start))
        #expect(machine.registration.step == .withdraw && machine.registration.openServerRequest?.id == next.id)
        #expect(machine.registration.serverRequests[0].request.isEmpty)
        machine.serverWithdrawn(next.id, Self.certificate(3), at: start)
        #expect(machine.registration.openServerRequest == nil)
        #expect(machine.registration.serverRequests[1].status == .rejected)
        #expect(machine.registration.serverRequests[1].fingerprint == [3])
        let count = machine.registration.records.count
        let done = [ChangeResult](repeating: .done, count: count)
        var held = machine
        held.withdrawn(done, isComplete: false, at: start)
        #expect(held.registration.step == .withdraw)
        machine.withdrawn(done, at: start)
        #expect(machine.registration.step == .none)
        checkRegistration(machine.registration)
    }
}
