// The seventh migration: accounts, the keys and tokens that act for them, and whose registrations are under way.

extension Schema {
    /// Accounts.
    ///
    /// Times are milliseconds since 1970; `contacts` is a JSON array.
    static let accounts = """
        CREATE TABLE accounts (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            contacts TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Keys that opened an account or took the place of another, and keys that lost theirs.
    ///
    /// `account` is nil for a key that acted for its agent alone; `key` is its SubjectPublicKeyInfo where it opened an account.
    static let accountKeys = """
        CREATE TABLE account_keys (
            thumbprint TEXT NOT NULL PRIMARY KEY,
            account TEXT,
            retired_at INTEGER,
            key BLOB
        ) STRICT, WITHOUT ROWID;
        """

    /// Who has a registration that is pending or live: also one whose control of a name is not proven, which holds nothing.
    static let registrationsUnderWay = """
        DROP INDEX registrations_of_owner;
        DROP INDEX registrations_by_key;
        UPDATE registrations SET holds_name = 0, holds_host = 0
            WHERE status = 'PENDING_VALIDATION' AND document ->> '$.control' IS NULL;
        CREATE INDEX registrations_of_owner ON registrations (owner)
            WHERE status IN ('PENDING_VALIDATION', 'PENDING_DNS', 'ACTIVE', 'DEPRECATED');
        CREATE INDEX registrations_by_key ON registrations (thumbprint, id)
            WHERE status IN ('PENDING_VALIDATION', 'PENDING_DNS', 'ACTIVE', 'DEPRECATED');
        """

    /// The account that a token acts for.
    static let tokenAccounts = """
        ALTER TABLE api_tokens ADD COLUMN account TEXT;
        CREATE INDEX api_tokens_by_account ON api_tokens (account, id) WHERE account IS NOT NULL;
        """
}
