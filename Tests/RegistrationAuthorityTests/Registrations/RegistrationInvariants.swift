// What holds of every registration at any time.

import DNS
import Foundation
import Testing

@testable import RegistrationAuthority

/// Fails unless the registration is one that may be.
func checkRegistration(_ registration: Registration, _ sourceLocation: SourceLocation = #_sourceLocation) {
    let what = Comment(rawValue: "\(registration.status) \(registration.step) of \(registration.ansName)")
    func holds(_ condition: Bool, _ comment: String) {
        if !condition { Issue.record("\(what.rawValue): \(comment)", sourceLocation: sourceLocation) }
    }
    let (status, step) = (registration.status, registration.step)
    let hasEnded = !status.isPending && !status.isLive
    switch status {
    case .pendingValidation:
        let steps: [RegistrationStep] = [.awaitApproval, .awaitControl, .checkName, .obtainServer, .issueIdentity]
        holds(steps.contains(step), "no step of validation")
    case .pendingDNS:
        holds([.publishRecords, .verifyRecords, .awaitRecords].contains(step), "no step of DNS")
        holds(registration.requests.allSatisfy { $0.status == .signed }, "a request is not served")
    case .active, .deprecated:
        let steps: [RegistrationStep] = [
            .none, .obtainServer, .issueIdentity, .publishRecords, .verifyRecords, .retireRecords,
        ]
        holds(steps.contains(step), "live, with another step")
    case .revoked, .expired, .failed: holds([.none, .withdraw].contains(step), "ended, with another step")
    }
    holds(hasEnded == (registration.ending != nil), "an ending unless it has ended, or none")
    holds(!status.isLive || registration.activatedAt != nil, "live, and was never activated")
    holds(status != .failed || registration.failure?.reason.isEmpty == false, "failed without a word why")
    holds(registration.attempts == 0 || registration.failure != nil || hasEnded, "attempts without a failure")
    // Nothing is issued and nothing published before control is proven.
    let isProven = registration.control != nil
    holds(isProven || registration.requests.allSatisfy { $0.serialNumber == nil }, "a certificate without control")
    holds(isProven || registration.records.isEmpty, "records without control")
    holds(registration.challenge == nil || [.awaitApproval, .awaitControl].contains(step), "a challenge too late")
    for request in registration.requests {
        holds((request.status == .signed) == (request.serialNumber != nil), "signed without a certificate")
        holds((request.status == .rejected) == (request.failure != nil), "rejected without a reason")
        holds(
            (request.status == .pending) == !request.request.isEmpty,
            "a request is kept that is done, or is not there"
        )
        holds(step != .none || request.status != .pending, "a request that nobody will serve")
    }
    let ends =
        registration.requests.isEmpty
        ? registration.serverRequests.compactMap(\.notAfter) : registration.requests.compactMap(\.notAfter)
    holds(registration.expiresAt == ends.max(), "the end is another")
    checkServerRequests(of: registration, holds)
    for record in registration.records {
        holds(record.isOurs || record.state != .withdrawing, "a record of others is withdrawn")
        // While they are changed, also when another certificate is issued meanwhile.
        let isChanging = [.obtainServer, .issueIdentity, .publishRecords, .verifyRecords, .retireRecords].contains(step)
        holds(
            !status.isLive || [.verified, .published].contains(record.state) || isChanging || !record.isOurs,
            "live with a record \(record.state)"
        )
        holds(!hasEnded || [.withdrawing, .removed].contains(record.state), "ended with a record \(record.state)")
        holds(!(hasEnded && step == .none) || record.state == .removed, "at its end with a record \(record.state)")
    }
    // Whoever waits is looked at again, unless there is nothing to come.
    let isForever = step == .none && (hasEnded || (registration.expiresAt == nil && registration.serverDue == nil))
    holds((registration.due == nil) == isForever, "it is due \(String(describing: registration.due))")
}

/// What holds of requests for server certificates.
private func checkServerRequests(of registration: Registration, _ holds: (Bool, String) -> Void) {
    let (status, step) = (registration.status, registration.step)
    let open = registration.serverRequests.filter { $0.status == .pending }
    holds(open.count <= 1, "two server certificates are being obtained")
    holds(step != .obtainServer || !open.isEmpty, "nothing is to be obtained")
    holds(step != .none || open.isEmpty, "a server request that nobody will serve")
    holds(status != .pendingDNS || open.isEmpty, "records before the server certificate")
    holds(
        step != .issueIdentity || !status.isPending || open.isEmpty,
        "the identity is issued before the server certificate is there"
    )
    let present = Set(registration.records.filter(\.state.isWanted).compactMap(\.record.record.data.association))
    for request in registration.serverRequests {
        holds(request.status != .signed || request.fingerprint != nil, "handed out, and not there")
        holds((request.status == .rejected) == (request.failure != nil), "rejected without a reason, or for one")
        let isThere = request.fingerprint != nil || !request.request.isEmpty || !request.chain.isEmpty
        holds(request.status != .pending || isThere, "nothing to obtain it with")
        holds(registration.control != nil || request.fingerprint == nil, "a server certificate without control")
        holds(request.challenges.isEmpty || request.status == .pending, "challenges of what is done")
        holds(request.status != .rejected || request.request.isEmpty, "a request is kept that was rejected")
        // RFC 7671: what is in use has its association, unless a registration is not there yet.
        let isInUse = status.isLive && request.id == registration.currentServer?.id
        holds(!isInUse || request.fingerprint.map(present.contains) == true, "in use without an association")
        holds(!isInUse || present.contains(request.publicKeyHash), "in use without the association of its key")
        holds(
            !isInUse || request.isBrought || !request.request.isEmpty,
            "in use without a request for its successor"
        )
    }
}
