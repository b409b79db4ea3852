// Identities and links: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import JSON
import RegistrationAuthority

enum IdentityRow {
    private static let columns = """
        id, owner, value, status, pending_value, nonce, nonce_expires_at, nonce_used, keys, created_at, verified_at
        """

    static let insert = """
        INSERT INTO identities (\(columns)) VALUES (?, ?, ?, 'PENDING_CONTROL', NULL, ?, ?, 0, '[]', ?, NULL)
        """

    static let find = "SELECT \(columns) FROM identities WHERE id = ?"

    static let findPending = """
        SELECT \(columns) FROM identities WHERE owner = ? AND value = ? AND status = 'PENDING_CONTROL'
        """

    static let holder = "SELECT owner FROM identities WHERE value = ? AND status = 'VERIFIED'"

    static let list = "SELECT \(columns) FROM identities WHERE owner = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"

    static let countOfOwner = "SELECT COUNT(*) FROM identities WHERE owner = ? AND status <> 'REVOKED'"

    static let forget = """
        DELETE FROM identities WHERE owner = ? AND status = 'PENDING_CONTROL' AND nonce_expires_at < ?
        """

    static let challenge = "UPDATE identities SET nonce = ?2, nonce_expires_at = ?3, nonce_used = 0 WHERE id = ?1"

    static let stage = """
        UPDATE identities SET pending_value = ?2, nonce = ?3, nonce_expires_at = ?4, nonce_used = 0
        WHERE id = ?1 AND status = 'VERIFIED'
        """

    /// The identifier that a nonce is about, while it can be answered.
    static let challenged = """
        SELECT coalesce(pending_value, value) FROM identities
        WHERE id = ? AND nonce = ? AND nonce_used = 0 AND status <> 'REVOKED'
        """

    static let othersVerified = "SELECT 1 FROM identities WHERE value = ? AND status = 'VERIFIED' AND id <> ?"

    static let prove = """
        UPDATE identities SET value = coalesce(pending_value, value), pending_value = NULL, status = 'VERIFIED',
            nonce_used = 1, keys = ?2, verified_at = ?3
        WHERE id = ?1
        """

    static let revoke = """
        UPDATE identities SET status = 'REVOKED', pending_value = NULL, nonce_used = 1
        WHERE id = ? AND status = 'VERIFIED'
        """

    static let isVerified = "SELECT 1 FROM identities WHERE id = ? AND status = 'VERIFIED'"

    static func arguments(_ identity: VerifiedIdentity) -> StatementArguments {
        [
            identity.id.description, identity.owner, identity.anchor.description, identity.challenge.nonce,
            identity.challenge.expiresAt.milliseconds, identity.createdAt.milliseconds,
        ]
    }

    static func decode(_ row: Row) throws -> VerifiedIdentity {
        let pending: String? = try row.optional(4)
        let verified: Int64? = try row.optional(10)
        guard let id = IdentityID(try row.value(0)), let status = VerifiedIdentity.Status(rawValue: try row.value(3))
        else {
            throw AuthorityError(.storeFailed, "the database holds an identity without an id, or in an unknown state")
        }
        return VerifiedIdentity(
            id: id,
            owner: try row.value(1),
            anchor: try IdentityAnchor(try row.value(2)),
            status: status,
            pending: try pending.map { try IdentityAnchor($0) },
            challenge: IdentityChallenge(
                nonce: try row.value(5),
                expiresAt: Date(milliseconds: try row.value(6)),
                isUsed: try row.value(7)
            ),
            keys: try Self.keys(try row.value(8)),
            createdAt: Date(milliseconds: try row.value(9)),
            verifiedAt: verified.map(Date.init(milliseconds:))
        )
    }

    /// Proven keys as the column has them.
    static func text(_ keys: [ProvenKey]) -> String {
        let values = keys.map { key -> JSONValue in
            ["verificationMethod": key.method, "signedProof": .string(key.proof)]
        }
        return String(decoding: JSONValue.array(values).serialized, as: UTF8.self)
    }

    private static func keys(_ text: String) throws -> [ProvenKey] {
        // As deep as a DID document, within the two levels of ours.
        let limits = JSONLimits(
            depth: RegistrationAuthority.Budget.didDocumentLimits.depth + 2,
            members: RegistrationAuthority.Budget.didDocumentLimits.members
        )
        guard case .array(let values) = try JSONReader.read(Array(text.utf8), within: limits) else { return [] }
        return values.compactMap { value in
            guard let method = value["verificationMethod"], let proof = value["signedProof"]?.text else { return nil }
            return ProvenKey(method: method, proof: proof)
        }
    }
}

enum IdentityLinkRow {
    static let insert = """
        INSERT INTO identity_links (identity, agent, linked_at) VALUES (?, ?, ?) ON CONFLICT (identity, agent) DO NOTHING
        """

    static let delete = "DELETE FROM identity_links WHERE identity = ? AND agent = ?"

    static let list = """
        SELECT links.agent, links.linked_at FROM identity_links AS links
        JOIN registrations ON registrations.id = links.agent
        WHERE links.identity = ? AND registrations.status IN ('ACTIVE', 'DEPRECATED')
        ORDER BY links.agent
        """

    static func decode(_ row: Row) throws -> IdentityLink {
        guard let agent = AgentID(try row.value(0)) else {
            throw AuthorityError(.storeFailed, "the database holds a link to what is no agent")
        }
        return IdentityLink(agent: agent, linkedAt: Date(milliseconds: try row.value(1)))
    }
}
