// A request for a server certificate as JSON, in the document of its registration. Members may be added, as optional ones.

import Foundation
import PKIX
import RegistrationAuthority

/// The document of a request.
struct ServerRequestDocument: Codable {
    // Stored: a change here needs a migration.
    let id: String
    let origin: ServerRequest.Origin
    let isBrought: Bool
    let request: Data
    let chain: [Data]?
    let publicKeyHash: Data
    let replaces: Data?
    let submittedAt: Int64
    let status: ServerRequest.Status
    let updatedAt: Int64
    let challenges: [Challenge]?
    let fingerprint: Data?
    let notBefore: Int64?
    let notAfter: Int64?
    let renewAt: Int64?
    let askAgainAt: Int64?
    let renewalFailures: Int?
    let earlyRenewals: Int?
    let reminded: Int?
    let failure: String?

    /// A challenge: by a record, or by a file.
    struct Challenge: Codable {
        let recordName: String?
        let path: String?
        let content: String
        let token: String
        let keyAuthorization: String
    }
}

extension ServerRequestDocument {
    init(_ request: ServerRequest) {
        self.id = request.id.description
        self.origin = request.origin
        self.isBrought = request.isBrought
        self.request = request.request.data
        self.chain = request.chain.isEmpty ? nil : request.chain.map(\.data)
        self.publicKeyHash = request.publicKeyHash.data
        self.replaces = request.replaces?.data
        self.submittedAt = request.submittedAt.milliseconds
        self.status = request.status
        self.updatedAt = request.updatedAt.milliseconds
        self.challenges = request.challenges.isEmpty ? nil : request.challenges.map(Challenge.init)
        self.fingerprint = request.fingerprint?.data
        self.notBefore = request.notBefore?.milliseconds
        self.notAfter = request.notAfter?.milliseconds
        self.renewAt = request.renewAt?.milliseconds
        self.askAgainAt = request.askAgainAt?.milliseconds
        self.renewalFailures = request.renewalFailures == 0 ? nil : request.renewalFailures
        self.earlyRenewals = request.earlyRenewals == 0 ? nil : request.earlyRenewals
        self.reminded = request.reminded == 100 ? nil : request.reminded
        self.failure = request.failure
    }

    func restored() throws -> ServerRequest {
        var request = ServerRequest(
            id: try AgentID(stored: self.id),
            origin: self.origin,
            request: [UInt8](self.request),
            chain: (self.chain ?? []).map { [UInt8]($0) },
            isBrought: self.isBrought,
            publicKeyHash: [UInt8](self.publicKeyHash),
            replaces: self.replaces.map { [UInt8]($0) },
            submittedAt: Date(milliseconds: self.submittedAt),
            status: self.status,
            updatedAt: Date(milliseconds: self.updatedAt)
        )
        request.challenges = (self.challenges ?? []).map(\.restored)
        request.fingerprint = self.fingerprint.map { [UInt8]($0) }
        request.notBefore = self.notBefore.map(Date.init(milliseconds:))
        request.notAfter = self.notAfter.map(Date.init(milliseconds:))
        request.renewAt = self.renewAt.map(Date.init(milliseconds:))
        request.askAgainAt = self.askAgainAt.map(Date.init(milliseconds:))
        request.renewalFailures = self.renewalFailures ?? 0
        request.earlyRenewals = self.earlyRenewals ?? 0
        request.reminded = self.reminded ?? 100
        request.failure = self.failure
        return request
    }
}

extension ServerRequestDocument.Challenge {
    init(_ challenge: ServerCertificateChallenge) {
        switch challenge.answer {
        case .record(let name, let value): (self.recordName, self.path, self.content) = (name, nil, value)
        case .file(let path, let content): (self.recordName, self.path, self.content) = (nil, path, content)
        }
        self.token = challenge.token
        self.keyAuthorization = challenge.keyAuthorization
    }

    var restored: ServerCertificateChallenge {
        ServerCertificateChallenge(
            answer: self.recordName.map { .record(name: $0, value: self.content) }
                ?? .file(path: self.path ?? "", content: self.content),
            token: self.token,
            keyAuthorization: self.keyAuthorization
        )
    }
}
