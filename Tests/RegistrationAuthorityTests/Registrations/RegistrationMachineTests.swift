// The state machine as tables: every state with every event.

import DNS
import Foundation
import PKIX
import Testing

@testable import RegistrationAuthority

private let start = Date(timeIntervalSince1970: 1_795_262_400)

/// A state by how it is reached.
private enum Stage: String, CaseIterable {
    case approvalOfOurs, approvalOfOthers, control, issuing, publishing, verifying, awaitingRecords
    case active, renewing, revokedWhileIssuing, revoked, failed, expired, gone
}

private enum Event: String, CaseIterable {
    case approved, controlProven, certificatesIssued, publishedAll, publishedHalf, recordsSeen, recordsUnseen, failed
    case requested, revoked, givenUp, expired, withdrawnAll, withdrawnHalf
}

/// What follows in a state from an event; any other event changes nothing.
private let transitions: [Stage: [Event: (AgentStatus, RegistrationStep)]] = {
    let withdrawing: (AgentStatus, RegistrationStep) = (.revoked, .withdraw)
    func pending(
        _ step: RegistrationStep,
        _ others: [Event: (AgentStatus, RegistrationStep)]
    ) -> [Event: (AgentStatus, RegistrationStep)] {
        let status: AgentStatus =
            [.publishRecords, .verifyRecords, .awaitRecords].contains(step) ? .pendingDNS : .pendingValidation
        let always: [Event: (AgentStatus, RegistrationStep)] = [
            .failed: (status, step), .revoked: withdrawing, .givenUp: (.failed, .withdraw),
        ]
        return always.merging(others) { $1 }
    }
    func ended(_ status: AgentStatus) -> [Event: (AgentStatus, RegistrationStep)] {
        [.failed: (status, .withdraw), .withdrawnAll: (status, .none), .withdrawnHalf: (status, .withdraw)]
    }
    return [
        .approvalOfOurs: pending(.awaitApproval, [.approved: (.pendingValidation, .issueIdentity)]),
        .approvalOfOthers: pending(.awaitApproval, [.approved: (.pendingValidation, .awaitControl)]),
        .control: pending(.awaitControl, [.controlProven: (.pendingValidation, .issueIdentity)]),
        .issuing: pending(.issueIdentity, [.certificatesIssued: (.pendingDNS, .publishRecords)]),
        .publishing: pending(
            .publishRecords,
            [.publishedAll: (.pendingDNS, .verifyRecords), .publishedHalf: (.pendingDNS, .publishRecords)]
        ),
        .verifying: pending(
            .verifyRecords,
            [.recordsSeen: (.active, .none), .recordsUnseen: (.pendingDNS, .publishRecords)]
        ),
        .awaitingRecords: pending(.awaitRecords, [.recordsSeen: (.active, .none)]),
        .active: [.requested: (.active, .issueIdentity), .revoked: withdrawing, .expired: (.expired, .withdraw)],
        .renewing: [
            .certificatesIssued: (.active, .none), .failed: (.active, .issueIdentity), .revoked: withdrawing,
            .expired: (.expired, .withdraw),
        ],
        // Without records of ours nothing is left to the host.
        .revokedWhileIssuing: [
            .failed: withdrawing, .withdrawnAll: (.revoked, .none), .withdrawnHalf: (.revoked, .none),
        ],
        .revoked: ended(.revoked), .failed: ended(.failed), .expired: ended(.expired),
        .gone: [:],
    ]
}()

private let certificate = DeliveredCertificate(
    serialNumber: try! SerialNumber(bytes: [0x5A, 1, 2, 3, 4, 5, 6, 7, 8]),
    certificate: [0x30],
    chain: [],
    notBefore: CertificateTime(start),
    notAfter: CertificateTime(start) + 86_400
)

private let ending = RegistrationEnding(reason: .superseded, comments: nil, at: start)

private struct Sample {
    var machine: RegistrationMachine
    let records: [ManagedRecord]

    /// A registration that has come as far as the stage.
    init(_ stage: Stage) throws {
        let agent = TestAgent(stage == .control || stage == .approvalOfOthers ? "a.customer.example" : "weather")
        let description = try AgentDescription(agent.body(), RegistrationRequirements())
        let isOurs = agent.host.hasSuffix(RegistrationBench.apex)
        var generator = SystemRandomNumberGenerator()
        let id = AgentID(at: start, using: &generator)
        let needsApproval = stage == .approvalOfOurs || stage == .approvalOfOthers
        let csr = try ParsedCSR(Array(agent.csr().utf8))
        let deadline = start + 60
        self.records = try AgentRecords.compute(
            for: description,
            agentID: id.description,
            identityKey: csr.publicKey.subjectPublicKeyInfo,
            logBaseURL: "https://log.example",
            serverCertificateDER: nil
        ).map { ManagedRecord(record: $0, isOurs: stage != .awaitingRecords) }
        let challenge =
            isOurs ? nil : ControlChallenge(thumbprint: "t", expiresAt: deadline, using: &generator)
        self.machine = RegistrationMachine(
            Registration(
                id: id,
                owner: "token:alice",
                description: description,
                zone: isOurs ? try DomainName(RegistrationBench.apex) : nil,
                identityKey: csr.publicKey,
                thumbprint: "t",
                createdAt: start,
                deadline: deadline,
                status: .pendingValidation,
                step: needsApproval ? .awaitApproval : isOurs ? .issueIdentity : .awaitControl,
                challenge: challenge,
                control: isOurs ? .ownZone : nil,
                requests: [IdentityRequest(id: id, request: csr.derEncoded, submittedAt: start, updatedAt: start)],
                updatedAt: start,
                rule: "all",
                policyHash: []
            )
        )
        for event in Self.path(to: stage) { self.apply(event) }
        self.machine = RegistrationMachine(self.machine.registration)
    }

    private static func path(to stage: Stage) -> [Event] {
        let verified: [Event] = [.certificatesIssued, .publishedAll, .recordsSeen]
        return switch stage {
        case .approvalOfOurs, .approvalOfOthers, .control, .issuing: []
        case .publishing, .awaitingRecords: [.certificatesIssued]
        case .verifying: [.certificatesIssued, .publishedAll]
        case .active: verified
        case .renewing: verified + [.requested]
        case .revokedWhileIssuing: [.revoked]
        case .revoked: verified + [.revoked]
        case .failed: [.certificatesIssued, .publishedHalf, .givenUp]
        case .expired: verified + [.expired]
        case .gone: verified + [.revoked, .withdrawnAll]
        }
    }

    mutating func apply(_ event: Event) {
        let failure = RegistrationFailure(code: "C", reason: "it went wrong", at: start)
        let refusal = ProviderFailure(.unavailable, "no answer")
        let count = self.machine.registration.records.count
        let all = [ChangeResult](repeating: .done, count: count)
        let half = all.indices.map { $0 < count / 2 ? ChangeResult.done : .failed(refusal) }
        switch event {
        case .approved: self.machine.approved(at: start)
        case .controlProven: self.machine.controlProven(by: .dns01, at: start)
        case .certificatesIssued:
            if self.machine.registration.step == .issueIdentity {
                for request in self.machine.registration.requests where request.status == .pending {
                    self.machine.issued(certificate, for: request.id, at: start)
                }
            }
            self.machine.certificatesIssued(records: self.records, at: start)
        case .publishedAll: self.machine.published(all, at: start)
        case .publishedHalf: self.machine.published(half, at: start)
        case .recordsSeen: self.machine.recordsSeen(at: start)
        case .recordsUnseen: self.machine.recordsUnseen(failure)
        case .failed: self.machine.failed(failure)
        case .requested:
            var generator = SystemRandomNumberGenerator()
            let request = IdentityRequest(
                id: AgentID(at: start, using: &generator),
                request: [1],
                submittedAt: start,
                updatedAt: start
            )
            self.machine.requested(request, at: start)
        case .revoked: self.machine.revoked(ending)
        case .givenUp: self.machine.givenUp(failure)
        case .expired: self.machine.expired(at: start)
        case .withdrawnAll, .withdrawnHalf:
            // Whoever withdraws has asked for the certificates first.
            if self.machine.registration.step == .withdraw {
                for request in self.machine.registration.requests where request.status == .pending {
                    self.machine.issued(certificate, for: request.id, at: start)
                }
            }
            self.machine.withdrawn(event == .withdrawnAll ? all : half, at: start)
        }
    }
}

@Suite("The state machine of a registration")
struct RegistrationMachineTests {
    @Test("In every state every event does what the table says, or nothing", arguments: Stage.allCases)
    private func table(_ stage: Stage) throws {
        for event in Event.allCases {
            var sample = try Sample(stage)
            checkRegistration(sample.machine.registration)
            let before = sample.machine.registration
            sample.apply(event)
            let after = sample.machine.registration
            checkRegistration(after)
            if let (status, step) = transitions[stage]?[event] {
                #expect(
                    after.status == status && after.step == step,
                    "\(stage) \(event): \(after.status) \(after.step)"
                )
                #expect(after != before || stage == .revokedWhileIssuing, "\(stage) \(event)")
            } else {
                #expect(after == before && sample.machine.events.isEmpty, "\(stage) \(event)")
            }
        }
    }

    @Test("Subscribers learn of what becomes live, is renewed or is revoked, and of nothing else")
    func events() throws {
        let expected: [Stage: [Event: RegistrationEventType]] = [
            .verifying: [.recordsSeen: .registered], .awaitingRecords: [.recordsSeen: .registered],
            .renewing: [.certificatesIssued: .renewed, .revoked: .revoked], .active: [.revoked: .revoked],
        ]
        for stage in Stage.allCases {
            for event in Event.allCases {
                var sample = try Sample(stage)
                sample.apply(event)
                let type = expected[stage]?[event]
                #expect(sample.machine.events.map(\.type) == (type.map { [$0] } ?? []), "\(stage) \(event)")
            }
        }
    }

    @Test("A renewal that is refused is no renewal, and the agent stays as it was")
    func refusedRenewal() throws {
        var sample = try Sample(.renewing)
        let request = try #require(sample.machine.registration.requests.last)
        sample.machine.rejected(request.id, because: "the key is weak", at: start)
        sample.machine.certificatesIssued(records: sample.machine.registration.records, at: start)
        checkRegistration(sample.machine.registration)
        #expect(sample.machine.events.isEmpty)
        #expect(sample.machine.registration.status == .active && sample.machine.registration.step == .none)
        #expect(sample.machine.registration.requests.last?.failure == "the key is weak")
    }

    @Test("Why a registration failed outlasts the failures of its withdrawal")
    func reasonStays() throws {
        var sample = try Sample(.failed)
        sample.machine.failed(RegistrationFailure(code: "RATE_LIMITED", reason: "too many requests", at: start))
        #expect(sample.machine.registration.attempts == 1)
        sample.apply(.withdrawnAll)
        checkRegistration(sample.machine.registration)
        #expect(sample.machine.registration.failure?.reason == "it went wrong")
    }

    @Test("Records that others need are kept; what is ours alone is withdrawn")
    func retained() throws {
        var sample = try Sample(.revoked)
        let shared = try #require(sample.records.first?.record.record)
        sample.machine.retained([shared])
        let states = sample.machine.registration.records.map(\.state)
        #expect(states.first == .removed && states.dropFirst().allSatisfy { $0 == .withdrawing } && states.count > 2)
    }

    @Test("Pauses double from 0.2 s to five minutes, half of each by chance, and never come before a host's own word")
    func backoff() {
        var generator = SystemRandomNumberGenerator()
        for (attempts, longest) in [(1, 0.2), (2, 0.4), (5, 3.2), (11, 204.8), (12, 300), (1_000, 300)] {
            for _ in 0..<50 {
                let pause = RegistrationBackoff.next(after: attempts, at: start, using: &generator)
                    .timeIntervalSince(start)
                #expect(pause >= longest / 2 - 0.001 && pause <= longest + 0.001, "\(attempts): \(pause)")
            }
            let late = RegistrationBackoff.next(after: attempts, at: start, notBefore: 900, using: &generator)
            #expect(late == start + 900)
        }
    }
}
