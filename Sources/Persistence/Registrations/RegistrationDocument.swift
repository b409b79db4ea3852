// A registration as JSON: everything of it that is not searched for. Members may be added, as optional ones; none changes
// its meaning or goes without a migration.

import CertificateAuthority
import DNS
import Foundation
import JSON
import PKIX
import RegistrationAuthority

/// The document of a registration's row.
struct RegistrationDocument: Codable {
    // Stored: a change here needs a migration.
    let description: String
    let identityKey: Data?
    let createdAt: Int64
    let deadline: Int64
    let step: RegistrationStep
    let attempts: Int
    let failure: RegistrationFailure?
    let challenge: Challenge?
    let control: ControlMethod?
    let evidence: Evidence?
    let requests: [Request]
    let serverRequests: [ServerRequestDocument]?
    /// Until when the last server certificate is valid: read by the database alone.
    let serverEndsAt: Int64?
    let records: [Record]
    let updatedAt: Int64
    let activatedAt: Int64?
    let expiresAt: Int64?
    let ending: RegistrationEnding?
    let terms: RegistrationTerms?
    let rule: String
    let policyHash: Data

    struct Challenge: Codable {
        let token: String
        let keyAuthorization: String
        let expiresAt: Int64
    }

    struct Evidence: Codable {
        let challenge: Challenge
        let seenAt: Int64
    }

    struct Request: Codable {
        let id: String
        let request: Data
        let submittedAt: Int64
        let status: IdentityRequest.Status
        let updatedAt: Int64
        let serialNumber: Data?
        let notAfter: Int64?
        let failure: String?
        let newThumbprint: String?
        let lifetime: Int64?
    }

    struct Record: Codable {
        let name: String
        let type: String
        let value: String
        let ttl: UInt32
        let purpose: String
        let required: Bool
        let isOurs: Bool
        let state: ManagedRecord.State
        let failure: String?
    }
}

extension RegistrationDocument {
    init(_ registration: Registration) {
        self.description = String(decoding: registration.description.json.serialized, as: UTF8.self)
        self.identityKey = registration.identityKey?.subjectPublicKeyInfo.data
        self.createdAt = registration.createdAt.milliseconds
        self.deadline = registration.deadline.milliseconds
        self.step = registration.step
        self.attempts = registration.attempts
        self.failure = registration.failure
        self.challenge = registration.challenge.map(Challenge.init)
        self.control = registration.control
        self.evidence = registration.evidence.map { evidence in
            Evidence(challenge: Challenge(evidence.challenge), seenAt: evidence.seenAt.milliseconds)
        }
        self.requests = registration.requests.map(Request.init)
        let servers = registration.serverRequests.map(ServerRequestDocument.init)
        self.serverRequests = servers.isEmpty ? nil : servers
        self.serverEndsAt = registration.serverEndsAt?.milliseconds
        self.records = registration.records.map(Record.init)
        self.updatedAt = registration.updatedAt.milliseconds
        self.activatedAt = registration.activatedAt?.milliseconds
        self.expiresAt = registration.expiresAt?.milliseconds
        self.ending = registration.ending
        self.terms = registration.terms
        self.rule = registration.rule
        self.policyHash = registration.policyHash.data
    }

    /// The registration of a row.
    func registration(
        id: AgentID,
        owner: String,
        zone: String?,
        thumbprint: String?,
        status: AgentStatus
    ) throws -> Registration {
        let limits = JSONLimits(depth: 16, members: 64)
        let json = try JSONReader.read(Array(self.description.utf8), within: limits)
        return Registration(
            id: id,
            owner: owner,
            description: try AgentDescription(stored: json),
            zone: try zone.map { try DomainName($0) },
            identityKey: try self.identityKey.map { try SubjectPublicKey(derEncoded: [UInt8]($0)) },
            thumbprint: thumbprint,
            createdAt: Date(milliseconds: self.createdAt),
            deadline: Date(milliseconds: self.deadline),
            status: status,
            step: self.step,
            attempts: self.attempts,
            failure: self.failure,
            challenge: self.challenge?.restored,
            control: self.control,
            evidence: self.evidence.map { evidence in
                ControlEvidence(challenge: evidence.challenge.restored, seenAt: Date(milliseconds: evidence.seenAt))
            },
            requests: try self.requests.map { try $0.restored() },
            serverRequests: try (self.serverRequests ?? []).map { try $0.restored() },
            records: try self.records.map { try $0.restored() },
            updatedAt: Date(milliseconds: self.updatedAt),
            activatedAt: self.activatedAt.map(Date.init(milliseconds:)),
            expiresAt: self.expiresAt.map(Date.init(milliseconds:)),
            ending: self.ending,
            terms: self.terms ?? RegistrationTerms(),
            rule: self.rule,
            policyHash: [UInt8](self.policyHash)
        )
    }
}

extension RegistrationDocument.Challenge {
    init(_ challenge: ControlChallenge) {
        self.token = challenge.token
        self.keyAuthorization = challenge.keyAuthorization
        self.expiresAt = challenge.expiresAt.milliseconds
    }

    var restored: ControlChallenge {
        ControlChallenge(
            token: self.token,
            keyAuthorization: self.keyAuthorization,
            expiresAt: Date(milliseconds: self.expiresAt)
        )
    }
}

extension RegistrationDocument.Request {
    init(_ request: IdentityRequest) {
        self.id = request.id.description
        self.request = request.request.data
        self.submittedAt = request.submittedAt.milliseconds
        self.status = request.status
        self.updatedAt = request.updatedAt.milliseconds
        self.serialNumber = request.serialNumber?.bytes.data
        self.notAfter = request.notAfter?.milliseconds
        self.failure = request.failure
        self.newThumbprint = request.newThumbprint
        self.lifetime = request.lifetime
    }

    func restored() throws -> IdentityRequest {
        IdentityRequest(
            id: try AgentID(stored: self.id),
            request: [UInt8](self.request),
            submittedAt: Date(milliseconds: self.submittedAt),
            status: self.status,
            updatedAt: Date(milliseconds: self.updatedAt),
            serialNumber: try self.serialNumber.map { try SerialNumber(bytes: $0) },
            notAfter: self.notAfter.map(Date.init(milliseconds:)),
            failure: self.failure,
            newThumbprint: self.newThumbprint,
            lifetime: self.lifetime
        )
    }
}

extension RegistrationDocument.Record {
    init(_ managed: ManagedRecord) {
        let record = managed.record.record
        self.name = record.name.description
        self.type = record.data.type.description
        self.value = record.data.presentation
        self.ttl = record.ttl
        self.purpose = managed.record.purpose.rawValue
        self.required = managed.record.required
        self.isOurs = managed.isOurs
        self.state = managed.state
        self.failure = managed.failure
    }

    func restored() throws -> ManagedRecord {
        guard let type = RecordType(mnemonic: self.type), let purpose = RecordPurpose(rawValue: self.purpose) else {
            throw AuthorityError(.storeFailed, "the database holds a record of an unknown type or purpose")
        }
        let data = try RecordData(type: type, presentation: self.value)
        return ManagedRecord(
            record: ProvisionedRecord(
                record: ResourceRecord(name: try DomainName(self.name), ttl: self.ttl, data: data),
                purpose: purpose,
                required: self.required
            ),
            isOurs: self.isOurs,
            state: self.state,
            failure: self.failure
        )
    }
}

extension AgentID {
    init(stored text: String) throws {
        guard let id = AgentID(text) else {
            throw AuthorityError(.storeFailed, "the database holds an agent's id that is no UUID")
        }
        self = id
    }
}

extension Date {
    /// The millisecond in which the instant lies, since 1970.
    var milliseconds: Int64 { Int64((self.timeIntervalSince1970 * 1_000).rounded()) }

    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
