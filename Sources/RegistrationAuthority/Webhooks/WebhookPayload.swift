// The bodies of deliveries: JSON, small, the same octets for every webhook and at every attempt.

import FoundationEssentials
import JSON

/// What a webhook is told.
struct WebhookPayload {
    /// The id of what happened: receivers know by it what they have had.
    let id: String
    /// What happened.
    let type: WebhookEventType
    /// The body.
    let octets: [UInt8]

    /// An event of the outbox.
    init(_ event: RecordedEvent) {
        self.init("event:\(event.sequence)", WebhookEventType(event.type), at: event.at, event.registration)
    }

    /// A notice.
    init(_ recorded: RecordedNotice) {
        let notice = recorded.notice
        self.init(
            "notice:\(recorded.sequence)",
            notice.type,
            at: notice.at,
            recorded.registration,
            reminder: notice.reminder
        )
    }

    /// A test of a webhook; whoever asks again within the second asks for the same.
    init(pingOf webhook: WebhookID, at instant: Date) {
        let id = "ping:\(Int64(instant.timeIntervalSince1970))"
        let webhook: JSONValue = ["id": .string(webhook.description)]
        self.init(id, .ping, at: instant, ["webhook": webhook])
    }

    private init(
        _ id: String,
        _ type: WebhookEventType,
        at instant: Date,
        _ registration: Registration,
        reminder: AgentNotice.Reminder? = nil
    ) {
        let failure =
            [.failed, .serverFailing].contains(type) ? registration.failure ?? registration.serverFailure : nil
        let agent: JSONValue = .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentHost": .string(registration.host),
            "version": registration.description.json["version"],
            "status": .string(registration.status.rawValue),
            "expiresAt": registration.expiresAt.map(Self.time),
        ])
        self.init(
            id,
            type,
            at: instant,
            .object(present: [
                "agent": agent,
                "certificate": reminder.map {
                    ["expiresAt": Self.time($0.ends), "percentLeft": .integer($0.percentLeft)]
                },
                "failure": failure.map { ["code": .string($0.code), "message": .string($0.reason)] },
            ])
        )
    }

    private init(_ id: String, _ type: WebhookEventType, at instant: Date, _ data: JSONValue) {
        self.id = id
        self.type = type
        let body: JSONValue = [
            "id": .string(id), "type": .string(type.rawValue), "createdAt": Self.time(instant), "data": data,
        ]
        self.octets = body.serialized
    }

    private static func time(_ date: Date) -> JSONValue { .string(date.formatted(.iso8601)) }
}
