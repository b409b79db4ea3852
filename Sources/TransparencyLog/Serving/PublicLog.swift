// The log as everyone may read it, by path: tiles and checkpoint (C2SP tlog-tiles), and what the Agent Name Service asks of a
// log. Transport is others' business.

public import FoundationEssentials
import JSON
import PKIX

/// A representation for whoever asks.
public struct LogAnswer: Hashable, Sendable {
    /// The octets.
    public let bytes: [UInt8]
    /// The media type.
    public let contentType: String
    /// For how long it may be kept, in seconds; 0 for not at all.
    public let maxAge: Int64
    /// What tells it from other answers at its path, for one that was proven to be the only one; nil to hash the octets.
    public var entityTag: String?

    static let year: Int64 = 31_536_000
}

/// Answers to paths.
public struct PublicLog: Sendable {
    let proofs: LogProofs
    let lookup: any LogLookup
    let receipts: LogReceipt
    let signer: any CheckpointSigner
    let signed = SignedAnswers()
    let now: @Sendable () -> Date
    let identity: LogIdentity
    private let storage: any TileStorage

    /// Creates the log's public face.
    ///
    /// - Parameters:
    ///   - signer: the log's P-256 key, for receipts and status tokens.
    ///   - nodes: keeps what is computed for proofs; nil to compute it each time.
    public init(
        storage: any TileStorage,
        identity: LogIdentity,
        lookup: any LogLookup,
        signer: any CheckpointSigner,
        nodes: NodeFile? = nil,
        now: @escaping @Sendable () -> Date
    ) {
        self.proofs = LogProofs(storage: storage, identity: identity, nodes: nodes)
        self.lookup = lookup
        self.receipts = LogReceipt(issuer: identity.origin, signer: signer)
        self.signer = signer
        self.now = now
        self.storage = storage
        self.identity = identity
    }

    /// Whether a path is one of the log's.
    public static func mayHave(_ path: String) -> Bool {
        path == "/checkpoint" || path == "/root-keys"
            || ["/tile/", "/v1/log/", "/v1/agents/", "/v1/identities/"].contains(where: path.hasPrefix)
    }

    /// Whether what is at a path is made for whoever asks, from database and tiles, rather than read and sent.
    public static func isCostly(_ path: String) -> Bool { path.hasPrefix("/v1/") }

    /// What is at a path; nil for nothing.
    ///
    /// - Parameter query: what follows the "?".
    /// - Throws: ``LogError``: `.malformedQuery`, or when the log cannot say now; or what reading throws.
    public func answer(_ path: String, query: String = "") async throws -> LogAnswer? {
        guard path.utf8.count <= Budget.pathBytes, query.utf8.count <= Budget.pathBytes else { return nil }
        if path.hasPrefix("/tile/") { return try await self.tile(String(path.dropFirst())) }
        do {
            return try await self.document(
                path.dropFirst().split(separator: "/", omittingEmptySubsequences: false),
                query
            )
        } catch let error as LogError where error.code == .outOfRange || error.code == .notFound {
            return nil
        }
    }

    /// What is at a path, if it can be said at once: a proof whose hashes are in memory; nil to ask ``answer(_:query:)``.
    ///
    /// Waits for nothing.
    public func answerAtHand(_ path: String, query: String = "") -> LogAnswer? {
        guard path.hasPrefix(Self.inclusionPrefix), max(path.utf8.count, query.utf8.count) <= Budget.pathBytes else {
            return nil
        }
        let parts = path.utf8.dropFirst(Self.inclusionPrefix.utf8.count).split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let index = Decimal.decode(Substring(parts[0])),
            let size = Decimal.decode(Substring(parts[1]))
        else { return nil }
        return self.proofs.inclusionAtHand(of: index, size: size).map { Self.answer($0) }
    }

    private static let inclusionPrefix = "/v1/log/inclusion/"

    private func document(_ path: [Substring], _ query: String) async throws -> LogAnswer? {
        let parts = path.map { String($0) }
        if parts == ["checkpoint"] { return try await self.checkpoint() }
        if parts == ["root-keys"] { return self.rootKeys }
        guard parts.count > 2, parts[0] == "v1" else { return nil }
        let rest = Array(parts[2...])
        switch parts[1] {
        case "log": return try await self.aboutLog(rest, query)
        case "agents": return try await self.about(.agent(rest[0]), Array(rest.dropFirst()), query)
        case "identities": return try await self.about(.identity(rest[0]), Array(rest.dropFirst()), query)
        default: return nil
        }
    }

    private func aboutLog(_ parts: [String], _ query: String) async throws -> LogAnswer? {
        switch (parts[0], parts.count) {
        case ("checkpoint", 1): return try await self.checkpointDocument()
        case ("checkpoint", 2) where parts[1] == "history": return try await self.history(try LogQuery(query))
        case ("root-keys", 1): return self.rootKeys
        case ("schema", 2): return LogSchema.answer(parts[1])
        case ("entry", 2): return try await self.entry(parts[1])
        case ("proof", 2): return try await self.proofFile(parts[1])
        case ("inclusion", 3): return try await self.inclusion(parts[1], parts[2])
        case ("consistency", 3): return try await self.consistency(parts[1], parts[2])
        case ("lookup", 3): return try await self.search(parts[1], parts[2], try LogQuery(query))
        default: return nil
        }
    }

    /// C2SP: "the checkpoint … SHOULD be cached for a few seconds at most"; tiles never change.
    private func checkpoint() async throws(LogError) -> LogAnswer {
        let snapshot = try await self.reading { try await self.proofs.snapshot() }
        return LogAnswer(bytes: snapshot.bytes, contentType: "text/plain; charset=utf-8", maxAge: 1)
    }

    private var rootKeys: LogAnswer {
        LogAnswer(
            bytes: Array(self.identity.rootKeys.utf8),
            contentType: "text/plain; charset=utf-8",
            maxAge: 3_600
        )
    }

    private func tile(_ path: String) async throws -> LogAnswer? {
        guard let tile = TileCoordinate(path: path) else { return nil }
        var bytes = try await self.storage.read(tile)
        if bytes == nil, !tile.isFull, tile.kind != .entries {
            // A partial tile that has been collected: the full one begins with it.
            bytes = try await self.storage.read(tile.full).map { Array($0.prefix(tile.width * LogHash.byteCount)) }
        }
        return bytes.map { LogAnswer(bytes: $0, contentType: "application/octet-stream", maxAge: LogAnswer.year) }
    }

    private func entry(_ text: String) async throws(LogError) -> LogAnswer? {
        guard let index = Decimal.decode(text) else { return nil }
        let entry = try await self.reading { try await self.proofs.entry(index) }
        return LogAnswer(bytes: entry, contentType: "application/json", maxAge: LogAnswer.year)
    }

    private func proofFile(_ text: String) async throws(LogError) -> LogAnswer? {
        guard let index = Decimal.decode(text) else { return nil }
        let file = try await self.reading { try await self.proofs.proofFile(of: index) }
        return LogAnswer(bytes: file.bytes, contentType: "text/plain; charset=utf-8", maxAge: 1)
    }

    private func inclusion(_ entry: String, _ root: String) async throws(LogError) -> LogAnswer? {
        guard let index = Decimal.decode(entry), let size = try await self.size(of: root) else { return nil }
        let inclusion = try await self.reading { try await self.proofs.inclusion(of: index, size: size) }
        if let asked = Self.hash(root), asked != inclusion.root {
            throw LogError(.inconsistent, "the log's tiles do not lead to the root \(asked)")
        }
        return Self.answer(inclusion)
    }

    private static func answer(_ inclusion: LogInclusion) -> LogAnswer {
        var answer = LogAnswer.json(AgentBadge.proof(inclusion), maxAge: LogAnswer.year)
        // The proof was checked; the number is that of this form of it.
        answer.entityTag = "inclusion-1"
        return answer
    }

    private func consistency(_ old: String, _ new: String) async throws(LogError) -> LogAnswer? {
        guard let from = try await self.size(of: old), let to = try await self.size(of: new), from <= to else {
            return nil
        }
        let proof = try await self.reading { try await self.proofs.consistency(from: from, to: to) }
        return .json(
            [
                "oldSize": .integer(proof.oldSize), "oldRootHash": .string(proof.oldRoot.base64),
                "newSize": .integer(proof.newSize), "newRootHash": .string(proof.newRoot.base64),
                "path": .array(proof.path.map { .string($0.base64) }),
            ],
            maxAge: LogAnswer.year
        )
    }

    /// The size of a tree that is named by its size, or by its root in hexadecimal.
    private func size(of text: String) async throws(LogError) -> Int? {
        guard text.utf8.count == 2 * LogHash.byteCount else { return Decimal.decode(text) }
        guard let root = Self.hash(text) else { return nil }
        let published = try await self.reading { try await self.proofs.checkpoint() }
        if published.root == root { return published.size }
        return try await self.reading { try await self.lookup.size(ofRoot: root) }
    }

    private static func hash(_ text: String) -> LogHash? { [UInt8](hexadecimal: text).flatMap { LogHash($0) } }

    private func search(_ kind: String, _ value: String, _ query: LogQuery) async throws(LogError) -> LogAnswer? {
        let limit = try query.integer("limit", in: 1...Budget.searchPage, default: Budget.searchPage)
        let offset = try query.integer("offset", in: 0...Budget.offset, default: 0)
        let subject: LogSubject? =
            switch kind {
            case "agent": .agent(value)
            case "identity": .identity(value)
            case "host": .host(value.lowercased())
            case "serial": (try? SerialNumber(hexadecimal: value)).map { .serialNumber($0) }
            case "fingerprint":
                [UInt8](hexadecimal: value).flatMap { $0.count == LogHash.byteCount ? .fingerprint($0) : nil }
            default: nil
            }
        guard let subject else { return nil }
        let found = try await self.reading {
            try await self.lookup.entries(about: subject, limit: limit, offset: offset)
        }
        let entries = found.map { entry -> JSONValue in
            ["entryId": .integer(entry.index), "leafHash": .string(entry.leafHash.hexadecimal)]
        }
        return .json(["entries": .array(entries)], maxAge: 1)
    }

    /// Runs what reads, and makes of what is not the log's own error one that says that nothing can be said now.
    func reading<Value>(_ body: () async throws -> Value) async throws(LogError) -> Value {
        do { return try await body() } catch let error as LogError { throw error } catch {
            throw LogError(.storageFailed, "the log cannot be read: \(error)")
        }
    }
}

extension LogAnswer {
    static func json(_ value: JSONValue, maxAge: Int64) -> LogAnswer {
        LogAnswer(bytes: value.serialized, contentType: "application/json", maxAge: maxAge)
    }
}
