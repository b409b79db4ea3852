// Answers about what agents hold: certificates, requests, revocations, events.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import PKIX
import RegistrationAuthority
import X509

extension JSONValue {
    /// `CertificateResponse`.
    static func certificate(_ certificate: DeliveredCertificate, for request: IdentityRequest) throws -> JSONValue {
        let parsed = try Certificate(reading: certificate.certificate)
        return [
            "csrId": .string(request.id.description),
            "certificateSubject": .string(parsed.subject.description),
            "certificateIssuer": .string(parsed.issuer.description),
            "certificateSerialNumber": .string(certificate.serialNumber.description),
            "certificateValidFrom": .time(certificate.notBefore.date),
            "certificateValidTo": .time(certificate.notAfter.date),
            "certificatePEM": .string(PEM.certificate(certificate.certificate)),
            "chainPEM": .string(certificate.chain.map(PEM.certificate).joined()),
            "certificatePublicKeyAlgorithm": .string((try SubjectPublicKey(parsed.publicKey)).type.description),
            "certificateSignatureAlgorithm": .string(String(describing: parsed.signatureAlgorithm)),
        ]
    }

    /// `CsrStatusResponse`.
    static func request(_ request: IdentityRequest) -> JSONValue {
        .object(present: [
            "csrId": .string(request.id.description),
            "type": "IDENTITY",
            "status": .string(request.status.rawValue),
            "submittedAt": .time(request.submittedAt),
            "updatedAt": .time(request.updatedAt),
            "failureReason": request.failure.map(JSONValue.string),
        ])
    }

    /// `AgentRevocationResponse`.
    static func revocation(of registration: Registration, at base: AgentLinks) -> JSONValue {
        // What its owner wrote, its owner removes; ours are on their way or gone.
        let foreign = registration.records.filter { !$0.isOurs }.map(\.record.json)
        return .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "status": .string(registration.status.rawValue),
            "revokedAt": registration.ending.map { .time($0.at) },
            "reason": registration.ending.flatMap { RevocationReason(rawValue: $0.reason) }.map { .string($0.ansName) },
            "dnsRecordsToRemove": .array(foreign),
            "links": [["rel": "self", "href": .string(base.agent(registration.id))]],
        ])
    }

    /// An event, as `GET /v1/agents/events` lists it.
    static func event(_ event: RecordedEvent) -> JSONValue {
        let registration = event.registration
        return .object(present: [
            "logId": .string(String(event.sequence)),
            "eventType": .string(event.type.rawValue),
            "createdAt": .time(event.at),
            "expiresAt": registration.expiresAt.map(JSONValue.time),
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentHost": .string(registration.host),
            "version": registration.description.json["version"],
            "agentDisplayName": registration.description.json["agentDisplayName"],
            "agentDescription": registration.description.json["agentDescription"],
            "endpoints": registration.description.json["endpoints"],
            "providerId": .string(event.owner),
        ])
    }
}

extension Route {
    /// Events after one that is known: `lastLogId`, `limit`.
    static func agentEvents(_ service: RegistrationService) -> Route {
        Route(
            .get,
            "/v1/agents/events",
            for: .holders(of: .register) { request, _, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["lastLogId", "limit"])
                let sizes = 1...RegistrationAuthority.Budget.eventsPerPage
                let limit = try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
                    Int(text).flatMap { sizes.contains($0) ? $0 : nil }
                }
                let after = try parameters.value("lastLogId", "is not one that a listing gave") { text in
                    Int64(text).flatMap { $0 >= 0 ? $0 : nil }
                }
                let events = try await service.events(after: after ?? 0, limit: limit ?? 100, for: principal)
                return .json(
                    .object(present: [
                        "items": .array(events.map(JSONValue.event)),
                        "lastLogId": (events.last?.sequence ?? after).map { .string(String($0)) },
                    ])
                )
            }
        )
    }
}
