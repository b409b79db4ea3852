// What the transparency log says of agents: the ANS event (ANS-4), before it is signed.

import DNS
public import FoundationEssentials
public import JSON
import PKIX

/// A certificate as an event names it.
public struct LoggedCertificate: Hashable, Sendable {
    /// SHA-256 of its DER.
    public let fingerprint: [UInt8]
    /// Its type in the words of ANS, such as `X509-OV-CLIENT`.
    public let type: String
    /// The last second of its validity.
    public let notAfter: Date

    /// Creates the value.
    public init(fingerprint: [UInt8], type: String, notAfter: Date) {
        self.fingerprint = fingerprint
        self.type = type
        self.notAfter = notAfter
    }

    /// `fingerprint` with `SHA256:` and lower-case hexadecimal, as ANS has it.
    fileprivate var json: JSONValue {
        [
            "fingerprint": .string("SHA256:\(self.fingerprint.hexadecimal)"), "type": .string(self.type),
            "notAfter": self.notAfter.json,
        ]
    }
}

/// Makes the events that producers sign.
public enum AgentLogEvent {
    /// What identity certificates are called.
    public static let identityType = "X509-OV-CLIENT"
    /// What server certificates are called.
    public static let serverType = "X509-DV-SERVER"

    /// The event of a record: what anyone can learn of the agent anyhow, and nothing of its owner.
    ///
    /// - Parameters:
    ///   - identityCertificates: those of the agent that are valid at the event; its server certificates are part of it.
    ///   - raID: the name of this registration authority.
    public static func json(
        of event: RecordedEvent,
        identityCertificates: [LoggedCertificate],
        raID: String
    ) -> JSONValue {
        let registration = event.registration
        let ending = event.type == .revoked ? registration.ending : nil
        return .object(present: [
            "ansId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "eventType": .string(event.type.rawValue),
            "agent": [
                "host": .string(registration.host),
                "name": .string(registration.description.displayName),
                "version": .string("v\(registration.description.version)"),
            ],
            "attestations": self.attestations(
                registration,
                identityCertificates,
                self.serverCertificates(of: registration, at: event.at)
            ),
            "issuedAt": (registration.activatedAt ?? event.at).json,
            "expiresAt": registration.expiresAt?.json,
            "raId": .string(raID),
            "timestamp": event.at.json,
            "revocationReasonCode": ending.map {
                .string((RevocationReason(rawValue: $0.reason) ?? .unspecified).ansName)
            },
            "revokedAt": ending?.at.json,
        ])
    }

    /// Those that had been handed out at the event and were valid then.
    private static func serverCertificates(of registration: Registration, at instant: Date) -> [LoggedCertificate] {
        registration.serverRequests.compactMap { request in
            guard request.status == .signed, let fingerprint = request.fingerprint, let notAfter = request.notAfter,
                notAfter > instant
            else { return nil }
            return LoggedCertificate(fingerprint: fingerprint, type: self.serverType, notAfter: notAfter)
        }
    }

    private static func attestations(
        _ registration: Registration,
        _ identity: [LoggedCertificate],
        _ server: [LoggedCertificate]
    ) -> JSONValue {
        .object(present: [
            "identityCerts": identity.isEmpty ? nil : .array(identity.map(\.json)),
            "serverCerts": server.isEmpty ? nil : .array(server.map(\.json)),
            "dnsRecordsProvisioned": .array(
                registration.records.filter(\.state.isWanted).map { managed in
                    let record = managed.record.record
                    return [
                        "name": .string(record.name.description), "type": .string(record.data.type.description),
                        "data": .string(record.data.presentation),
                    ]
                }
            ),
            "domainValidation": registration.control.map { .string($0.rawValue) },
            "metadataHashes": self.metadataHashes(registration.description),
        ])
    }

    private static func metadataHashes(_ agent: AgentDescription) -> JSONValue? {
        let hashes = agent.endpoints.compactMap { endpoint in
            endpoint.metaDataHash.map { JSONMember(name: endpoint.agentProtocol.rawValue, value: .string($0)) }
        }
        return hashes.isEmpty ? nil : .object(hashes)
    }
}

extension Date {
    fileprivate var json: JSONValue { .string(self.formatted(.iso8601)) }
}
