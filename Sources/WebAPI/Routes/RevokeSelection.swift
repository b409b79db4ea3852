// POST /v1/revocations: revocation of every certificate of an agent, a key or a CA.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority

extension Route {
    /// Revokes a selection: `{"agent" | "publicKeySha256" | "issuer", "reason", "invalidityDate"?}` → 200 with counts.
    static func revokeSelection(_ authority: IssuingAuthority) -> Route {
        Route(
            .post,
            "/v1/revocations",
            for: .holders(of: .revoke) { request, context, principal in
                let body = try SelectionBody(try await request.jsonBody())
                let outcome = try await authority.revoke(
                    BulkRevocationApplication(
                        selection: body.selection,
                        reason: body.revocation.reason,
                        invalidityDate: body.revocation.invalidityDate,
                        requester: Requester(principal, context)
                    )
                )
                return outcome.response
            }
        )
    }
}

/// The body of a revocation of many.
struct SelectionBody {
    private static let names = ["agent", "publicKeySha256", "issuer"]

    let selection: RevocationSelection
    let revocation: RevocationBody

    /// Reads a body.
    init(_ body: [UInt8]) throws(Problem) {
        let members = try JSONMembers(body, admitting: Self.names + RevocationBody.members)
        let given = try members.strings(among: Self.names)
        guard given.count == 1, let (name, text) = given.first else {
            throw Problem(
                given.isEmpty ? .missingMember : .invalidMember,
                "exactly one of \(Self.names.joined(separator: ", ")) says which certificates"
            )
        }
        guard !text.isEmpty else { throw JSONMembers.invalid(name, "must not be empty") }
        switch name {
        case "agent": self.selection = .agent(text.lowercased())
        case "issuer": self.selection = .issuer(text)
        default:
            guard text.utf8.count == 64, let sha256 = [UInt8](hexadecimal: text) else {
                throw JSONMembers.invalid(
                    name,
                    "must be the SHA-256 of a SubjectPublicKeyInfo: 64 hexadecimal digits without separators"
                )
            }
            self.selection = .publicKey(sha256: sha256)
        }
        self.revocation = try RevocationBody(members)
    }
}

extension JSONMembers {
    /// Those of the members that are there, in the order of the names.
    func strings(among names: [String]) throws(Problem) -> [(name: String, text: String)] {
        var found: [(name: String, text: String)] = []
        for name in names {
            if let text = try self.string(name) { found.append((name, text)) }
        }
        return found
    }
}

extension BulkRevocationOutcome {
    /// The counts.
    var response: Response {
        var json = JSONWriter(capacity: 96)
        json.object {
            $0.member("revoked", Int64(self.revoked))
            $0.member("complete", self.isComplete)
            $0.member("keyBlocked", self.isKeyBlocked)
        }
        return .json(json)
    }
}
