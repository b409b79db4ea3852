// Server certificates and their renewals as ANS clients read them (ANS-1, `CertificateResponse`, `CsrStatusResponse`,
// `RenewalStatusResponse`).

import FoundationEssentials
import JSON
import PKIX
import RegistrationAuthority
import SwiftASN1
import X509

extension JSONValue {
    /// `SHA256:` and the lower-case hexadecimal of a digest, as ANS has fingerprints.
    static func fingerprint(_ digest: [UInt8]) -> JSONValue { .string("SHA256:" + digest.hexadecimal) }

    /// `CertificateResponse`, with what it says of a server certificate.
    static func certificate(_ held: HeldServerCertificate) throws -> JSONValue {
        let certificate = held.certificate
        let parsed = try Certificate(reading: certificate.certificate)
        let authority: String? = if case .authority(let name) = certificate.source { name } else { nil }
        return .object(present: [
            "csrId": .string(held.request.id.description),
            "certificateType": .string(parsed.serverType),
            "status": .string(held.state.rawValue),
            "fingerprint": .fingerprint(certificate.fingerprint),
            "publicKeyFingerprint": .fingerprint(certificate.publicKeyHash),
            "source": authority == nil ? "BROUGHT" : "CA",
            "certificateAuthority": authority.map(JSONValue.string),
            "certificateSubject": .string(parsed.subject.description),
            "certificateIssuer": .string(parsed.issuer.description),
            "certificateSerialNumber": .string(parsed.serialNumber.bytes.hexadecimal),
            "certificateValidFrom": .time(certificate.notBefore.date),
            "certificateValidTo": .time(certificate.notAfter.date),
            "certificatePEM": .string(PEM.certificate(certificate.certificate)),
            "chainPEM": .string(certificate.chain.map(PEM.certificate).joined()),
            "certificatePublicKeyAlgorithm": (try? SubjectPublicKey(parsed.publicKey)).map {
                .string($0.type.description)
            },
            "certificateSignatureAlgorithm": .string(String(describing: parsed.signatureAlgorithm)),
        ])
    }

    /// `CsrStatusResponse`.
    static func request(_ request: ServerRequest) -> JSONValue {
        .object(present: [
            "csrId": .string(request.id.description),
            "type": "SERVER",
            "status": .string(request.status.rawValue),
            "submittedAt": .time(request.submittedAt),
            "updatedAt": .time(request.updatedAt),
            "failureReason": request.failure.map(JSONValue.string),
        ])
    }

    /// `RenewalSubmissionResponse` and `RenewalStatusResponse`.
    static func renewal(_ renewal: ServerRenewal, at base: AgentLinks) -> JSONValue {
        let (registration, request) = (renewal.registration, renewal.request)
        let deadline = registration.deadline(of: request)
        let challenges = request.challenges.map { challenge -> (String, JSONValue) in
            let name = if case .record = challenge.answer { "dns01" } else { "http01" }
            return (name, .challenge(challenge, until: deadline))
        }
        let path = base.agent(registration.id, "certificates/server/renewal")
        return .object(present: [
            "renewalType": request.isBrought ? "SERVER_BYOC" : "SERVER_CSR",
            "status": .string(renewal.status),
            "csrId": .string(request.id.description),
            "challenges": challenges.isEmpty
                ? nil : .object(challenges.map { JSONMember(name: $0.0, value: $0.1) }),
            "tlsaDnsRecord": registration.tlsaRecord(of: request),
            "failureReason": request.failure.map(JSONValue.string)
                ?? registration.hindrance(of: request).map(JSONValue.string),
            "expiresAt": .time(deadline),
            "nextStep": registration.renewalStep(of: request, at: base),
            "links": [["rel": "self", "href": .string(path)]],
        ])
    }

    /// `RenewalVerificationResponse`.
    static func verification(of renewal: ServerRenewal, at base: AgentLinks) -> JSONValue {
        let (registration, request) = (renewal.registration, renewal.request)
        return .object(present: [
            "status": request.status == .signed ? "COMPLETED" : "ISSUING_CERTIFICATE",
            "csrId": .string(request.id.description),
            "tlsaDnsRecord": registration.tlsaRecord(of: request),
            "nextStep": registration.renewalStep(of: request, at: base),
        ])
    }

    /// `ChallengeInfo` of the CA of the server certificate.
    static func challenge(_ challenge: ServerCertificateChallenge, until deadline: Date) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("token", .string(challenge.token)), ("keyAuthorization", .string(challenge.keyAuthorization)),
            ("expiresAt", .time(deadline)),
        ]
        switch challenge.answer {
        case .record(let name, let value):
            let record: JSONValue = ["name": .string(name), "type": "TXT", "value": .string(value)]
            members = [("type", "DNS_01")] + members + [("dnsRecord", record)]
        case .file(let path, _): members = [("type", "HTTP_01")] + members + [("httpPath", .string(path))]
        }
        return .object(members.map { JSONMember(name: $0, value: $1) })
    }

    /// Two certificates that were valid together.
    static func pair(_ pair: CertificatePair) -> JSONValue {
        .object(present: [
            "ansName": .string(pair.name),
            "identitySerialNumber": .string(pair.identitySerial.description),
            "identityFingerprint": .fingerprint(pair.identityFingerprint),
            "keyThumbprint": pair.keyThumbprint.map(JSONValue.string),
            "serverFingerprint": .fingerprint(pair.serverFingerprint),
            "serverKeyFingerprint": .fingerprint(pair.serverKeyHash),
            "validFrom": .time(pair.validFrom),
            "validUntil": .time(pair.validUntil),
            "revoked": .boolean(pair.isRevoked),
        ])
    }
}

extension ServerRenewal {
    /// How far it is, in the words of ANS.
    fileprivate var status: String {
        switch self.request.status {
        case .pending: self.request.challenges.isEmpty ? "ISSUING_CERTIFICATE" : "PENDING_VALIDATION"
        case .signed: "COMPLETED"
        case .rejected:
            self.request.updatedAt >= self.registration.deadline(of: self.request) ? "EXPIRED" : "FAILED"
        }
    }
}

extension Registration {
    /// The latest identity certificate, as the details of an agent show it; nil when there is none.
    var identityCertificate: JSONValue? {
        guard let request = self.requests.last(where: { $0.status == .signed }), let serial = request.serialNumber
        else { return nil }
        return .object(present: [
            "csrId": .string(request.id.description),
            "serialNumber": .string(serial.description),
            "validTo": request.notAfter.map(JSONValue.time),
            "keyThumbprint": self.thumbprint.map(JSONValue.string),
        ])
    }

    /// The server certificate in use, as the details of an agent show it; nil when there is none.
    var serverCertificate: JSONValue? {
        guard let current = self.currentServer, let fingerprint = current.fingerprint else { return nil }
        return .object(present: [
            "csrId": .string(current.id.description),
            "fingerprint": .fingerprint(fingerprint),
            "publicKeyFingerprint": .fingerprint(current.publicKeyHash),
            "source": current.isBrought ? "BROUGHT" : "CA",
            "validFrom": current.notBefore.map(JSONValue.time),
            "validTo": current.notAfter.map(JSONValue.time),
            "renewalDueAt": current.renewAt.map(JSONValue.time),
        ])
    }

    /// What the owner has to do for the CA of the server certificate.
    func serverSteps(at base: AgentLinks, verifying part: String) -> [JSONValue] {
        let challenges = self.openServerRequest?.challenges ?? []
        var steps = challenges.map { challenge -> JSONValue in
            switch challenge.answer {
            case .record:
                ["action": "CONFIGURE_DNS", "description": "Publish the TXT record of the DNS_01 challenge of the CA."]
            case .file:
                [
                    "action": "CONFIGURE_HTTP",
                    "description": "Serve the key authorization at the path of the HTTP_01 challenge of the CA.",
                ]
            }
        }
        steps.append([
            "action": "VALIDATE_DOMAIN", "description": "Then have it checked; one of them suffices.",
            "endpoint": .string(base.agent(self.id, part)),
        ])
        return steps
    }

    /// The one next step of a renewal (ANS has one).
    fileprivate func renewalStep(of request: ServerRequest, at base: AgentLinks) -> JSONValue {
        if request.status == .pending, !request.challenges.isEmpty {
            let steps = self.serverSteps(at: base, verifying: "certificates/server/renewal/verify-acme")
            guard case .object(let members)? = steps.first, let endpoint = steps.last?["endpoint"] else { return .null }
            return .object(members + [JSONMember(name: "endpoint", value: endpoint)])
        }
        if request.status == .pending, request.fingerprint != nil, self.step == .obtainServer {
            return [
                "action": "CONFIGURE_DNS",
                "description":
                    "Add the TLSA record, and leave those of the certificate before it until that has ended.",
            ]
        }
        let text =
            switch request.status {
            case .pending: "The registration authority is at work."
            case .signed: "The certificate is in use; fetch it, and install it."
            case .rejected: "Nothing comes of it; ask anew."
            }
        return ["action": "WAIT", "description": .string(text)]
    }

    /// The `3 0 1` record of a renewal's certificate, once that is there.
    fileprivate func tlsaRecord(of request: ServerRequest) -> JSONValue? {
        guard let fingerprint = request.fingerprint, request.status != .rejected else { return nil }
        return self.serverAssociations(fingerprint: fingerprint).first?.json
    }

    /// What hinders a renewal that is under way.
    fileprivate func hindrance(of request: ServerRequest) -> String? {
        request.id == self.openServerRequest?.id ? self.failure?.reason : nil
    }
}

extension Certificate {
    /// What ANS calls the certificate, by the policies of the CA/Browser Forum (Baseline Requirements §7.1.6.1).
    fileprivate var serverType: String {
        let found = self.extensions[oid: [2, 5, 29, 32]].flatMap { try? CertificatePolicies($0) }?.identifiers ?? []
        if found.contains([2, 23, 140, 1, 1]) { return "X509-EV-SERVER" }
        return found.contains([2, 23, 140, 1, 2, 2]) ? "X509-OV-SERVER" : "X509-DV-SERVER"
    }
}
