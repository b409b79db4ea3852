// Accounts and their keys: into the database and out of it.

import CertificateAuthority
import Foundation
import GRDB
import PKIX
import RegistrationAuthority

enum AccountRow {
    private static let columns = "id, name, contacts, status, created_at, updated_at"

    static let insert = """
        INSERT INTO accounts (\(columns)) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """

    static let find = "SELECT \(columns) FROM accounts WHERE id = ?"

    static let list = "SELECT \(columns) FROM accounts WHERE id > ? ORDER BY id LIMIT ?"

    static let change = """
        UPDATE accounts SET name = coalesce(?2, name), contacts = coalesce(?3, contacts), status = coalesce(?4, status),
            updated_at = ?5
        WHERE id = ?1
        """

    static func arguments(_ account: Account) throws -> StatementArguments {
        [
            account.id, account.name, try Self.text(account.contacts), account.status.rawValue,
            account.createdAt.milliseconds, account.updatedAt.milliseconds,
        ]
    }

    static func arguments(
        _ id: String,
        _ change: AccountChange,
        at instant: Date
    ) throws -> StatementArguments {
        [
            id, change.name, try change.contacts.map(Self.text), change.status?.rawValue, instant.milliseconds,
        ]
    }

    static func decode(_ row: Row) throws -> Account {
        guard let status = Account.Status(rawValue: try row.value(3)) else {
            throw AuthorityError(.storeFailed, "the database holds an account in an unknown state")
        }
        let contacts: String = try row.value(2)
        return Account(
            id: try row.value(0),
            name: try row.value(1),
            contacts: try JSONDecoder().decode([String].self, from: Data(contacts.utf8)),
            status: status,
            createdAt: Date(milliseconds: try row.value(4)),
            updatedAt: Date(milliseconds: try row.value(5))
        )
    }

    private static func text(_ contacts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(contacts), as: UTF8.self)
    }
}

enum AccountKeyRow {
    static let find = "SELECT account, retired_at, key FROM account_keys WHERE thumbprint = ?"

    static let insert = """
        INSERT INTO account_keys (thumbprint, account, key) VALUES (?, ?, ?) ON CONFLICT (thumbprint) DO NOTHING
        """

    static let retire = """
        INSERT INTO account_keys (thumbprint, account, retired_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (thumbprint) DO UPDATE SET retired_at = coalesce(retired_at, ?3)
        """

    static func decode(_ row: Row) throws -> AccountKey {
        let retired: Int64? = try row.optional(1)
        let key: Data? = try row.optional(2)
        return AccountKey(
            account: try row.optional(0),
            retiredAt: retired.map(Date.init(milliseconds:)),
            key: try key.map { try SubjectPublicKey(derEncoded: [UInt8]($0)) }
        )
    }

    /// Puts a key in the place of another, where that one acts for the owner's account.
    ///
    /// The new one does from then on, and the old one is retired. A key that acts for another account, or for its agent alone, is not the owner's to give or take.
    static func replace(
        _ old: String,
        by new: IdentityKey,
        ofOwner owner: String,
        at instant: Date,
        in database: Database
    ) throws {
        let known = try database.one(Self.find, [old], Self.decode)
        let account = known.map { $0.retiredAt == nil ? $0.account : nil } ?? "key:\(old)"
        guard account == owner else { return }
        try database.change(Self.insert, [new.thumbprint, owner, new.key.subjectPublicKeyInfo.data])
        let successor = try database.one(Self.find, [new.thumbprint], Self.decode)
        // The new key came to act for somebody else meanwhile: the account keeps the one that it has.
        guard successor?.account == owner, successor?.retiredAt == nil else { return }
        try database.change(Self.retire, [old, owner, instant.milliseconds])
    }
}
