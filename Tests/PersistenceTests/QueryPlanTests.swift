import AuditLog
import CertificateAuthority
import GRDB
import PKIX
import TestSupport
import Testing

@testable import Persistence

/// Every statement that looks at a table that grows, with the index that it must search by.
private let statements: [(sql: String, indexes: [String])] = [
    (CertificateRow.find, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (ServerOrderRow.find, ["sqlite_autoindex_server_orders_1 (reference=?)"]),
    (ServerOrderRow.update, ["sqlite_autoindex_server_orders_1 (reference=?)"]),
    (ServerOrderRow.due, ["server_orders_due (due_at_ms<?)", "server_orders_underway (host=? AND id<?)"]),
    (ServerOrderRow.firstUnderway, ["server_orders_underway (host=?)"]),
    (ServerOrderRow.removeEnded, ["server_orders_ended (ended_at_ms<?)", "INTEGER PRIMARY KEY (rowid=?)"]),
    (ServerOrderRow.findAnswer, ["PRIMARY KEY (token=?)"]),
    (ServerOrderRow.removeAnswers, ["server_order_answers_by_order (order_id=?)"]),
    (ServerCertificateRow.listOfAgent, ["server_certificates_by_agent (agent=?)"]),
    (ServerCertificateRow.find, ["server_certificates_by_fingerprint (fingerprint=?)"]),
    (ServerCertificateRow.findOfAgent, ["sqlite_autoindex_server_certificates_2 (agent=? AND fingerprint=?)"]),
    (ServerCertificateRow.findByReference, ["sqlite_autoindex_server_certificates_1 (reference=?)"]),
    (ServerCertificateRow.revoke, ["server_certificates_by_fingerprint (fingerprint=?)"]),
    (
        ServerCertificateRow.countInLastThird,
        ["server_certificates_by_end (not_after>?)", "server_certificates_by_agent (agent=?)"]
    ),
    (CertificateRow.findByID, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (IssuanceRow.complete, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (IssuanceRow.abandon, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (
        IssuanceRow.underWay,
        ["certificates_begun (state=? AND rowid>?)", "SEARCH idempotency USING PRIMARY KEY (scope=? AND key=?)"]
    ),
    (
        IdempotencyRow.find,
        ["SEARCH idempotency USING PRIMARY KEY (scope=? AND key=?)", "INTEGER PRIMARY KEY (rowid=?)"]
    ),
    (
        IdempotencyRow.free,
        ["SEARCH idempotency USING PRIMARY KEY (scope=? AND key=?)", "sqlite_autoindex_certificates_1 (serial=?)"]
    ),
    (
        IdempotencyRow.forget,
        ["SEARCH idempotency USING PRIMARY KEY (scope=? AND key=?)", "idempotency_by_age (created_at<?)"]
    ),
    (RevocationRow.revoke, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (RevocationRow.recordRevoked, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (RevocationRow.putInForce, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (RevocationRow.recordReleased, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (RevocationRow.release, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (RevocationRow.takeOutOfForce, ["PRIMARY KEY (issuer=? AND serial=?)"]),
    (BlockedKeyRow.find, ["PRIMARY KEY (public_key_hash=?)"]),
    (InForceRow.status, ["sqlite_autoindex_certificates_1 (serial=?)"]),
    (
        InForceRow.dropExpired,
        ["revocations_in_force_by_expiry (issuer=? AND not_after<?)", "PRIMARY KEY (issuer=? AND serial=?)"]
    ),
    (InForceRow.list(byShard: false), ["PRIMARY KEY (issuer=? AND serial>?)"]),
    (
        InForceRow.list(byShard: true),
        ["COVERING INDEX revocations_in_force_by_shard (issuer=? AND shard=? AND serial>?)"]
    ),
    (InForceRow.count(byShard: false), ["(issuer=?)"]),
    (InForceRow.count(byShard: true), ["(issuer=? AND shard=?)"]),
    (LogOutboxRow.next, ["INTEGER PRIMARY KEY (rowid>?)"]),
    (LogOutboxRow.unsealed, ["log_outbox_unsealed"]),
    (LogOutboxRow.seal, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogOutboxRow.place, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogOutboxRow.indexOfLeaf, ["log_outbox_by_leaf (leaf_hash=?)"]),
    (LogOutboxRow.integration, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogOutboxRow.change, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (
        LogLookupRow.byAgent,
        ["registration_events_by_agent (agent_id=?)", "sqlite_autoindex_log_outbox_1 (kind=? AND reference=?)"]
    ),
    (
        LogLookupRow.byIdentity,
        ["identity_events_by_identity (identity=?)", "sqlite_autoindex_log_outbox_1 (kind=? AND reference=?)"]
    ),
    (LogLookupRow.issuance, ["sqlite_autoindex_certificates_1 (serial=?)", "(kind=? AND reference=?)"]),
    (LogRecordRow.checkpoints(isAscending: true), ["INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]),
    (LogRecordRow.checkpoints(isAscending: false), ["INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]),
    (LogRecordRow.firstSince, ["log_checkpoints_by_age (at_ms>?)"]),
    (LogBacklogRow.unsealed, ["log_outbox_unsealed"]),
    (LogBacklogRow.unlogged, ["INTEGER PRIMARY KEY (rowid>?)"]),
    (LogBacklogRow.instant(.issued), ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogBacklogRow.instant(.changed), ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogBacklogRow.instant(.registration), ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogBacklogRow.instant(.identity), ["INTEGER PRIMARY KEY (rowid=?)"]),
    (IdentityEventRow.find, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (RegistrationEventRow.raw, ["INTEGER PRIMARY KEY (rowid=?)"]),
    (LogRecordRow.sizeOfRoot, ["log_checkpoints_by_root (root=?)"]),
    (ChangeRow.last, ["SEARCH revocations"]),
    (ChangeRow.list, ["INTEGER PRIMARY KEY (rowid>?)"]),
    (
        ChangeRow.listLast(byShard: false),
        ["revocations_by_issuer (issuer=? AND rowid>?)", "revocations_by_serial (serial=? AND rowid>?)"]
    ),
    (
        ChangeRow.listLast(byShard: true),
        ["revocations_by_shard (issuer=? AND shard=? AND rowid>?)", "revocations_by_serial (serial=? AND rowid>?)"]
    ),
    (
        RevocableListing.sql(.agent),
        [
            "certificates_issued_by_agent (agent=? AND (not_after,place)>(?,?))",
            "certificates_held ((not_after,place)>(?,?))",
        ]
    ),
    (
        RevocableListing.sql(.key),
        ["certificates_issued_by_key (public_key_hash=? AND (not_after,place)>(?,?))", "certificates_held"]
    ),
    (RevocableListing.sql(.issuer), ["certificates_issued ((not_after,place)>(?,?))", "certificates_held"]),
    (CRLRow.lastNumber, ["PRIMARY KEY (issuer=? AND shard=?)"]),
    (CRLRow.publish, ["PRIMARY KEY (issuer=? AND shard=? AND number=?)"]),
    (CRLRow.published, ["crls_published (issuer=? AND shard=? AND kind=?)"]),
    (CRLRow.forget, ["PRIMARY KEY (issuer=? AND shard=? AND number<?)"]),
    (AuditRow.head, ["SEARCH audit USING INTEGER PRIMARY KEY (rowid=?)"]),
    (AuditRow.list, ["SEARCH audit USING INTEGER PRIMARY KEY (rowid>?)"]),
    (TokenRow.find, ["PRIMARY KEY (id=?)"]),
    (TokenRow.list, ["PRIMARY KEY (id>?)"]),
    (TokenRow.revoke, ["PRIMARY KEY (id=?)"]),
    (TokenRow.recordUse, ["PRIMARY KEY (id=?)"]),
    (AgentCardRow.find, ["sqlite_autoindex_agent_cards_1 (agent_id=? AND number=?)"]),
    (AgentCardRow.inForce, ["agent_cards_by_version (agent_id=? AND version=?)"]),
    (AgentCardRow.lastNumber, ["sqlite_autoindex_agent_cards_1 (agent_id=?)"]),
    (
        AgentCardRow.forget,
        [
            "sqlite_autoindex_agent_cards_1 (agent_id=? AND number<?)",
            "agent_cards_by_version (agent_id=? AND version=? AND number>?)",
        ]
    ),
    (WebhookRow.countOfOwner, ["webhooks_by_owner (owner=?)"]),
    (WebhookRow.listOfOwner, ["webhooks_by_owner (owner=?)"]),
    (WebhookRow.due, ["webhooks_due (due_at_ms<?)"]),
    (WebhookRow.leasedOfOwner, ["webhooks_leased (owner=? AND lease_until_ms>?)"]),
    (WebhookRow.refresh, ["PRIMARY KEY (id=?)", "webhook_deliveries_due (webhook_id=?)"]),
    (DeliveryRow.find, ["sqlite_autoindex_webhook_deliveries_1 (id=?)"]),
    (DeliveryRow.findByEvent, ["sqlite_autoindex_webhook_deliveries_2 (webhook_id=? AND event=?)"]),
    (DeliveryRow.due, ["webhook_deliveries_due (webhook_id=? AND due_at_ms<?)"]),
    (DeliveryRow.deleteFinished, ["webhook_deliveries_finished (webhook_id=?"]),
    (DeliveryRow.forget, ["webhook_deliveries_by_age (created_at_ms<?)"]),
    (WatchRow.due, ["certificate_watches_due (due_at_ms<?)"]),
    (WatchRow.advance, ["PRIMARY KEY (agent_id=?)"]),
    (NoticeRow.list, ["INTEGER PRIMARY KEY (rowid>?)", "PRIMARY KEY (id=?)"]),
    (NoticeRow.forget, ["INTEGER PRIMARY KEY (rowid<?)"]),
    (IdentityRow.find, ["PRIMARY KEY (id=?)"]),
    (IdentityRow.findPending, ["identities_pending (owner=? AND value=?)"]),
    (IdentityRow.holder, ["identities_verified (value=?)"]),
    (IdentityRow.othersVerified, ["identities_verified (value=?"]),
    (IdentityRow.list, ["identities_by_owner (owner=? AND id<?)"]),
    (IdentityRow.countOfOwner, ["identities_by_owner (owner=?)"]),
    (IdentityRow.forget, ["(owner=?"]),
    (IdentityRow.challenged, ["PRIMARY KEY (id=?)"]),
    (IdentityLinkRow.list, ["PRIMARY KEY (identity=?)", "PRIMARY KEY (id=?)"]),
]

private struct Listing: CustomTestStringConvertible {
    let scope: CertificateListing.Scope
    let byAgent: Bool
    let byProfile: Bool

    var testDescription: String { "\(self.scope), agent \(self.byAgent), profile \(self.byProfile)" }

    static let all = CertificateListing.Scope.allCases.flatMap { scope in
        [(false, false), (true, false), (false, true), (true, true)].map {
            Listing(scope: scope, byAgent: $0.0, byProfile: $0.1)
        }
    }
}

func plan(_ sql: String, of store: SQLiteStore) async throws -> [String] {
    try await store.read { database in
        let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        statement.setUncheckedArguments([])
        return try Row.fetchAll(statement).map { $0["detail"] }
    }
}

/// Nothing is read from end to end, and nothing is sorted.
func checkPlan(_ plan: [String]) {
    #expect(!plan.isEmpty)
    #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
}

@Suite("Query plans")
struct QueryPlanTests {
    @Test(
        "Lookups in the log begin at their subject, and sort what is about it alone",
        arguments: [
            (LogLookupRow.bySerial, "sqlite_autoindex_certificates_1 (serial=?)", 2),
            (LogLookupRow.byFingerprint, "certificates_by_fingerprint (sha256=?)", 2),
            (LogLookupRow.byHost, "certificates_by_agent (agent=?)", 3),
        ]
    )
    func lookups(sql: String, index: String, parts: Int) async throws {
        try await withSQLiteStore { store, _ in
            let plan = try await plan(sql, of: store)
            #expect(plan.filter { $0.contains(index) }.count == 2, "\(plan)")
            #expect(plan.filter { $0.contains("(kind=? AND reference=?)") }.count == parts, "\(plan)")
            #expect(!plan.contains { $0.contains("SCAN") || $0.contains("(kind=?)") }, "\(plan)")
        }
    }

    @Test("Every statement searches by an index", arguments: statements)
    func statement(sql: String, indexes: [String]) async throws {
        try await withSQLiteStore { store, _ in
            let plan = try await plan(sql, of: store)
            checkPlan(plan)
            for index in indexes { #expect(plan.contains { $0.contains(index) }, "\(plan)") }
        }
    }

    @Test("Every listing is a range of an index that begins at its cursor", arguments: Listing.all)
    private func listing(_ listing: Listing) async throws {
        try await withSQLiteStore { store, _ in
            let sql = CertificateListing.sql(listing.scope, byAgent: listing.byAgent, byProfile: listing.byProfile)
            let plan = try await plan(sql, of: store)
            checkPlan(plan)
            let filter = listing.byAgent ? "agent=? AND " : listing.byProfile ? "profile=? AND " : ""
            let range = "(\(filter)(not_after,place)>(?,?) AND not_after<?)"
            let searches = plan.filter { $0.contains("SEARCH") }
            #expect(searches.count == (listing.scope == .both ? 2 : 1))
            #expect(searches.allSatisfy { $0.contains(range) }, "\(plan)")
        }
    }

    @Test("Three hundred thousand certificates that all expire in one second are opened, found, listed and revoked")
    func large() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/signet.db"
            try await SQLiteStore(path: path, clock: ContinuousClock()).close()
            try fill(path, rows: 300_000)
            let store = try SQLiteStore(path: path, clock: ContinuousClock())
            var query = CertificateQuery(at: noon)
            query.cursor = CertificateCursor(notAfter: noon.secondsSinceEpoch, id: 150_000)
            for _ in 0..<20 {
                let page = try await store.certificates(query)
                #expect(page.certificates.map(\.id) == (1...100).map { query.cursor!.id + $0 })
                query.cursor = page.next
            }
            query.agent = "agent-7.example"
            query.cursor = nil
            #expect(try await store.certificates(query).certificates.map(\.id).prefix(3) == [7, 1_007, 2_007])
            query.status = .revoked
            #expect(try await store.certificates(query).certificates.isEmpty)
            let found = try #require(try await store.certificate(SerialNumber(bytes: "Z00123456".utf8)))
            _ = try await store.revoke(found.serialNumber, revocation: revocation(), audit: event(.revokeCertificate))
            query.agent = nil
            #expect(try await store.certificates(query).certificates.map(\.id) == [123_456])
            #expect(try await store.begunIssuances(after: 0, limit: 10).isEmpty)
            try await store.issue(issuance(400_000))
            await store.close()
        }
    }

    private func fill(_ path: String, rows: Int) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = OFF")
            try database.execute(
                sql: """
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                    INSERT INTO certificates (serial, state, issuer, profile, profile_hash, agent, names,
                        public_key_hash, not_before, not_after, scheme, begun_at, actor, issued_at, certificate)
                    SELECT CAST(printf('Z%08d', n) AS BLOB), 1, 'agents', 'agent-tls', x'00', 'agent-' || (n % 1000) || '.example',
                        'dns:x', x'00', 0, ?, 'ed25519', 0, 'system', 0, x'3000'
                    FROM numbers
                    """,
                arguments: [rows, noon.secondsSinceEpoch]
            )
        }
    }
}
