// What the log gets in the place of an event that it cannot take: that there was one, so that nothing behind it waits for ever.

import Crypto
public import FoundationEssentials
import JSON
import PKIX

/// An event of which only what finds it, and its hash, is told.
public struct OmittedEvent: Hashable, Sendable {
    /// What happened, as the event has it: it decides on the status.
    public let type: String
    /// Whom it is about: `ansId` or `identityId`.
    public let member: String
    /// The id of whom it is about.
    public let subject: String
    /// When.
    public let at: Date
    /// SHA-256 of what is kept of it.
    public let sha256: [UInt8]
    /// Why, in a word.
    public let reason: String

    /// An event that is kept in a form which cannot be read.
    ///
    /// - Parameter document: what is kept.
    public init(unreadable type: String, _ member: String, _ subject: String, at instant: Date, document: [UInt8]) {
        self.type = type
        self.member = member
        self.subject = subject
        self.at = instant
        self.sha256 = Array(SHA256.hash(data: document))
        self.reason = "UNREADABLE"
    }

    /// What is left of an event that does not fit the log.
    static func json(of event: JSONValue) -> JSONValue {
        let octets = (try? event.canonical) ?? event.serialized
        return .object(present: [
            "ansId": event["ansId"], "identityId": event["identityId"], "ansName": event["ansName"],
            "eventType": event["eventType"], "raId": event["raId"], "timestamp": event["timestamp"],
            "omitted": [
                "reason": "UNSEALABLE", "sha256": .string(Array(SHA256.hash(data: octets)).hexadecimal),
            ],
        ])
    }

    /// The event.
    func json(raID: String) -> JSONValue {
        .object([
            JSONMember(name: self.member, value: .string(self.subject)),
            JSONMember(name: "eventType", value: .string(self.type)),
            JSONMember(name: "raId", value: .string(raID)),
            JSONMember(name: "timestamp", value: .string(self.at.formatted(.iso8601))),
            JSONMember(
                name: "omitted",
                value: ["reason": .string(self.reason), "sha256": .string(self.sha256.hexadecimal)]
            ),
        ])
    }
}
