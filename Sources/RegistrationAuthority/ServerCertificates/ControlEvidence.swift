// By what control of a name of others was proven, and when that was seen last.
//
// Where a CA is shown control of a host by what we write or serve, it asks nothing of the agent's owner: that the host is
// still its own is for us to see, at least as often as CAs have to.

import DNS
public import FoundationEssentials
import PKIX

/// A proof of control that can be looked for again.
public struct ControlEvidence: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The challenge; its owner may leave the answer in place, and is then asked for nothing.
    public let challenge: ControlChallenge
    /// When its answer was seen last.
    public internal(set) var seenAt: Date

    /// Creates or restores evidence.
    public init(challenge: ControlChallenge, seenAt: Date) {
        self.challenge = challenge
        self.seenAt = seenAt
    }
}

extension Registration {
    /// When control of the host was seen last.
    var controlSeenAt: Date { self.evidence?.seenAt ?? self.activatedAt ?? self.createdAt }

    /// Whether control of the host is to be seen again before a certificate is ordered for a request.
    func needsControl(for request: ServerRequest, at instant: Date) -> Bool {
        guard self.zone == nil, self.status.isLive else { return false }
        let isNewKey = self.currentServer?.publicKeyHash != request.publicKeyHash
        let longest = isNewKey ? Budget.controlForNewKey : Budget.controlForRenewal
        return instant.timeIntervalSince(self.controlSeenAt) > longest
    }

    /// What its owner has to put in place.
    var evidenceChallenges: [ServerCertificateChallenge] {
        guard let challenge = self.evidence?.challenge,
            let name = try? ControlChallenge.dnsName(of: self.description.host.domainName)
        else { return [] }
        let answers: [(ControlMethod, ServerCertificateChallenge.Answer)] = [
            (.dns01, .record(name: name.description, value: challenge.dnsValue)),
            (.http01, .file(path: challenge.httpPath, content: challenge.keyAuthorization)),
        ]
        return answers.filter { self.terms.methods.contains($0.0) }.map { _, answer in
            ServerCertificateChallenge(
                answer: answer,
                token: challenge.token,
                keyAuthorization: challenge.keyAuthorization
            )
        }
    }
}

extension RegistrationMachine {
    /// The answer to a challenge was seen again, or is to be.
    mutating func evidenceRenewed(_ evidence: ControlEvidence) {
        self.registration.evidence = evidence
    }
}
