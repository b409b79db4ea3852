# A store with many certificates, without issuing them; sourced by the benchmarks that ask for their status.
# shellcheck shell=bash disable=SC2154

# fill STATE COUNT EVERY: adds certificates of the issuer "agents" to a state directory, of which each EVERY-th is revoked.
# The rows have the size of real ones; the certificates' own octets, which no answer reads, are zeros.
fill() {
    local indexes drops
    # Indexes are made at the end: row by row they take most of an hour for ten million.
    indexes=$(sqlite3 "$1/signet.db" "SELECT sql || ';' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
        AND tbl_name IN ('certificates', 'revocations', 'revocations_in_force')")
    drops=$(sqlite3 "$1/signet.db" "SELECT 'DROP INDEX ' || name || ';' FROM sqlite_master WHERE type = 'index'
        AND sql IS NOT NULL AND tbl_name IN ('certificates', 'revocations', 'revocations_in_force')")
    sqlite3 "$1/signet.db" >/dev/null <<SQL
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
PRAGMA temp_store = FILE;
$drops
BEGIN;
INSERT INTO certificates (serial, state, issuer, profile, profile_hash, agent, names, public_key_hash, not_before,
    not_after, scheme, begun_at, actor, issued_at, revoked_at, revocation_reason, certificate)
WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < $2)
SELECT CAST(CAST(printf('%08d', i) AS BLOB) || randomblob(8) AS BLOB), iif(i % $3 = 0, 3, 1), 'agents', 'agent-identity', zeroblob(32),
    'a' || i || '.agents.example',
    'URI:ans://v1.0.0.a' || i || '.agents.example', randomblob(32), unixepoch() - 3600, unixepoch() + 2592000,
    'ecdsa-sha256', unixepoch() - 3600, 'token:bench', unixepoch() - 3600,
    iif(i % $3 = 0, unixepoch() - 60, NULL), iif(i % $3 = 0, 4, NULL), zeroblob(650)
FROM number;
INSERT INTO revocations (kind, certificate_id, issuer, shard, serial, not_after, at, revoked_at, reason)
SELECT 0, id, issuer, shard, serial, not_after, revoked_at, revoked_at, revocation_reason
FROM certificates WHERE state = 3 AND actor = 'token:bench';
INSERT INTO revocations_in_force (issuer, serial, shard, not_after, revoked_at, reason)
SELECT issuer, serial, shard, not_after, revoked_at, revocation_reason
FROM certificates WHERE state = 3 AND actor = 'token:bench' ORDER BY serial;
COMMIT;
$indexes
PRAGMA journal_mode = WAL;
SQL
}
