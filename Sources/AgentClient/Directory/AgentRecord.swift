// `agent.json` and `request.json`: what a renewal must know, and what an interrupted request needs. No secrets.

import Foundation
import PKIX

/// What an enrolment was for, in `agent.json`; unknown members are ignored.
struct AgentRecord: Hashable, Sendable, Codable {
    // Stored: a change here needs a new version, and reading of the old ones.
    var version = 1
    /// The address of the API.
    var api: String
    /// The profile's name.
    var profile: String
    /// The names without their kinds.
    var names: [String]
    /// The kind of key, as `KeyType` writes it.
    var keyType: String
    /// The lifetime asked for in seconds.
    var lifetime: Int64?
    /// The file that holds the API token, if it came from a file.
    var tokenFile: String?
}

/// A request that is under way, in `request.json` beside its key.
struct RequestRecord: Hashable, Sendable, Codable {
    // Stored: a change here needs a new version; other versions are set aside, and the request is made anew.
    var version = 1
    /// What is asked for.
    var agent: AgentRecord
    /// The request in PEM: sent again octet for octet.
    var csr: String
    /// What makes the server answer a repetition with the first certificate.
    var idempotencyKey: IdempotencyToken
    /// Whether the installed key has signed for this one: the authority may have bound the agent to it, whatever came back.
    ///
    /// A program that did not say so may have done it.
    var mayBeBound: Bool? = false
}

extension AgentRecord {
    /// The record of an application.
    init(_ plan: EnrolmentPlan) {
        self.init(
            api: plan.api.description,
            profile: plan.application.profile,
            names: plan.application.nameTexts,
            keyType: plan.application.keyType.description,
            lifetime: plan.application.lifetime,
            tokenFile: plan.tokenFile
        )
    }

    /// What a renewal asks for.
    func application() throws(AgentClientError) -> AgentApplication {
        guard let keyType = KeyType(self.keyType) else {
            throw AgentClientError(.damagedEnrolment, "agent.json names an unknown key type '\(self.keyType)'")
        }
        return try AgentApplication(names: self.names, profile: self.profile, keyType: keyType, lifetime: self.lifetime)
    }

    /// Whether another record is of the same agent, wherever its authority has moved.
    func isOfTheSameAgent(as other: AgentRecord) -> Bool {
        self.profile == other.profile && self.names == other.names
    }

    /// Whether another record asks the same server for the same.
    func asksTheSame(as other: AgentRecord) -> Bool {
        var other = other
        other.tokenFile = self.tokenFile
        return self == other
    }
}

extension Encodable {
    /// The value as JSON for a file that people may read.
    func fileContent() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }
}
