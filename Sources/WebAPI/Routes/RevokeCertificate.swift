// POST /v1/certificates/{serial}/revoke: revocation (RFC 5280 §5.3). To revoke again changes nothing.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority
import TransparencyLog

extension Route {
    private static let revocation = RouteName(method: .post, path: "/v1/certificates/{serial}/revoke")

    /// Revokes a certificate: `{"reason", "invalidityDate"?}` → 200 with the certificate's state.
    ///
    /// `revokeOwn` opens the door; whose certificate it is decides inside.
    static func revokeCertificate(
        _ authority: IssuingAuthority,
        _ chains: IssuerChains,
        _ gatekeeper: Gatekeeper,
        _ log: LogCalls?
    ) -> Route {
        Route(
            Self.revocation.method,
            Self.revocation.path,
            for: .holders(of: .revokeOwn) { request, context, principal in
                let form = try CertificateForm.preferred(by: request)
                let body = try RevocationBody(try await request.jsonBody())
                let serialNumber = try context.serialNumber()
                let found = try await authority.certificate(serialNumber).stored
                try await gatekeeper.auditing(principal, context, Self.revocation) { () throws(RegistrationError) in
                    try principal.requireRevocation(ofCertificateIssuedTo: found.requestedBy)
                }
                let stored = try await authority.revoke(
                    RevocationApplication(
                        serialNumber: serialNumber,
                        reason: body.reason,
                        invalidityDate: body.invalidityDate,
                        requester: Requester(principal, context)
                    )
                )
                let document = CertificateDocument(
                    stored: stored,
                    instant: authority.now,
                    chain: chains[stored.issuer],
                    inclusion: await log.newest(.serialNumber(serialNumber), for: request, context)
                )
                return document.response(.ok, as: form)
            }
        )
    }
}

/// The body of a revocation.
struct RevocationBody {
    static let members = ["reason", "invalidityDate"]

    let reason: RevocationReason
    let invalidityDate: CertificateTime?

    /// Reads a body.
    init(_ body: [UInt8]) throws(Problem) {
        try self.init(try JSONMembers(body, admitting: Self.members))
    }

    /// Reads the members that every revocation has.
    init(_ members: JSONMembers) throws(Problem) {
        guard let reason = RevocationReason(rawValue: try members.requiredString("reason")) else {
            let names = RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONMembers.invalid("reason", "must be one of \(names) (RFC 5280 §5.3.1)")
        }
        self.reason = reason
        self.invalidityDate = try members.time("invalidityDate")
    }
}

extension JSONMembers {
    /// A time; null counts as absent.
    func time(_ name: String) throws(Problem) -> CertificateTime? {
        guard let text = try self.string(name) else { return nil }
        guard let time = CertificateTime(timestamp: text) else {
            throw Self.invalid(name, "must be a time such as 2026-11-21T08:42:00Z")
        }
        return time
    }
}
