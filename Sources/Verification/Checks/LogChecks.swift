// What the log's entries are worth for an agent. They are proven when they come here: this is about what they say.

import Foundation
import JSON
import PKIX

/// An agent against the log.
struct LogChecks {
    /// The members of the evidence that say where the identity certificate's entry is.
    static let placeMembers: Set<String> = ["origin", "leafIndex", "treeSize", "rootHash"]

    let origin: String
    /// Of the identity certificate, as entries have it.
    let fingerprint: String
    let serialNumber: SerialNumber
    let notBefore: CertificateTime
    let facts: AgentFacts
    let time: CertificateTime

    /// What follows from the entries about the certificate, the newest first, and from the agent's last event.
    func judge(_ entries: [ProvenEntry], _ last: ProvenEntry?) -> VerificationCheck {
        var contents: [(entry: ProvenEntry, content: CertificateLogContent)] = []
        for entry in entries {
            guard let content = CertificateLogContent(entry.content), content.serialNumber == "\(self.serialNumber)"
            else {
                return self.check(
                    .failed,
                    "the records lead to the log's entry \(entry.index), which is about another matter"
                )
            }
            guard content.fingerprint == self.fingerprint else {
                return self.check(
                    .failed,
                    "the log's entry \(entry.index) is about another certificate of this serial number"
                )
            }
            contents.append((entry, content))
        }
        if let revocation = Self.revocation(contents.map(\.content)) {
            return self.check(.failed, "the log has its revocation (\(revocation.quoted))")
        }
        guard let issued = contents.last(where: { $0.content.eventType == "CERTIFICATE_ISSUED" })?.entry else {
            return self.missing
        }
        return self.judge(issued, last)
    }

    /// The reason of a revocation that holds; nil for none.
    ///
    /// Only a hold can be released (RFC 5280 §5.3.1).
    private static func revocation(_ newestFirst: [CertificateLogContent]) -> String? {
        var isReleased = false
        for content in newestFirst {
            switch content.eventType {
            case "CERTIFICATE_RELEASED": isReleased = true
            case "CERTIFICATE_REVOKED":
                guard isReleased, content.reason == "certificateHold" else { return content.reason ?? "unspecified" }
                isReleased = false
            default: continue
            }
        }
        return nil
    }

    private var missing: VerificationCheck {
        // Entries of the outbox are committed with the certificate, and integrated within a second but for an outage.
        self.time <= self.notBefore + Budget.logMergeDelay
            ? self.check(.skipped, "the log does not have the identity certificate yet: it was just issued; ask again")
            : self.check(.failed, "the log does not have the identity certificate, which was issued long ago")
    }

    private func judge(_ issued: ProvenEntry, _ last: ProvenEntry?) -> VerificationCheck {
        var evidence = Checks.evidence([
            "leafIndex": .integer(issued.index), "treeSize": .integer(issued.treeSize),
            "leafHash": .string(issued.leafHash.hexadecimal),
            "rootHash": .string(Data(issued.rootHash).base64EncodedString()),
        ])
        guard let last else {
            return self.check(.skipped, "the log has no event of the agent yet; ask again", evidence)
        }
        guard let event = AgentLogContent(last.content), event.agentID == self.facts.agentID else {
            return self.check(
                .failed,
                "the records lead to the log's entry \(last.index), which is not the agent's",
                evidence
            )
        }
        evidence.append(
            JSONMember(
                name: "lastEvent",
                value: [
                    "leafIndex": .integer(last.index), "eventType": .string(event.eventType.quoted),
                    "attestsCertificate": .boolean(event.identityFingerprints.contains(self.fingerprint)),
                ]
            )
        )
        guard event.ansName == self.facts.name.description else {
            return self.check(.failed, "the agent's last event in the log is about another name", evidence)
        }
        switch event.eventType {
        case "AGENT_REGISTERED", "AGENT_RENEWED", "AGENT_DEPRECATED":
            return self.check(
                .passed,
                "the log has the identity certificate and the agent, and no revocation",
                evidence
            )
        case "AGENT_REVOKED":
            return self.check(.failed, "the agent's last event in the log is its revocation", evidence)
        default: return self.check(.skipped, "the agent's last event in the log is of an unknown type", evidence)
        }
    }

    /// The check, with the log's name before what it was seen from.
    func check(
        _ outcome: VerificationCheck.Outcome,
        _ reason: String,
        _ evidence: [JSONMember] = []
    ) -> VerificationCheck {
        VerificationCheck(.log, outcome, reason, Checks.evidence(["origin": .string(self.origin)]) + evidence)
    }
}
