// The log as people look at it: a front page, a search, an entry with its proof. Everything can be read without JavaScript;
// with it the reader's browser computes each proof again from the tiles.

import PKIX

/// A page, or what pages load.
public struct LogPage: Hashable, Sendable {
    /// How it is answered.
    public enum Status: Hashable, Sendable {
        /// What was asked for.
        case ok
        /// Nothing is there.
        case notFound
        /// What was asked for cannot be understood.
        case badRequest
    }

    /// The octets.
    public let bytes: [UInt8]
    /// The media type.
    public let contentType: String
    /// For how long it may be kept, in seconds.
    public let maxAge: Int64
    /// How it is answered.
    public let status: Status

    /// The fields that go with every page (CSP 3, Fetch, Referrer Policy).
    ///
    /// Nothing is loaded but style, module, icon and the log's own files; no script or style stands in a page; no form leads
    /// elsewhere; no page is framed; and what was searched for is told to nobody.
    public static let fields = [
        (
            name: "Content-Security-Policy",
            value: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
                + "trusted-types 'none'"
        ),
        (name: "X-Content-Type-Options", value: "nosniff"),
        (name: "Referrer-Policy", value: "no-referrer"),
    ]
}

/// Makes pages.
public struct LogPages: Sendable {
    let log: PublicLog
    let witnesses: [VerifierKey]

    /// Creates pages over a log.
    ///
    /// - Parameter witnesses: the keys of the witnesses that the log asks, by whose cosignatures are told from strangers'.
    public init(log: PublicLog, witnesses: [VerifierKey] = []) {
        self.log = log
        self.witnesses = witnesses
    }

    /// Whether a path is one of the pages'.
    public static func mayHave(_ path: String) -> Bool { path == "/log" || path.hasPrefix("/log/") }

    /// What is at a path; nil for nothing.
    ///
    /// - Parameter query: what stands behind the question mark, as it came.
    /// - Throws: ``LogError`` when the log cannot say now, or its files contradict each other.
    public func page(_ path: String, query: String) async throws -> LogPage? {
        if let asset = PageAsset.all.first(where: { $0.path == path }) {
            return LogPage(bytes: asset.bytes, contentType: asset.contentType, maxAge: 31_536_000, status: .ok)
        }
        guard path.utf8.count <= Budget.pathBytes else { return nil }
        switch path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
        case ["log"], ["log", ""]: return try await self.front()
        case ["log", "search"]: return try await self.search(query)
        case let parts where parts.dropLast() == ["log", "entry"]: return try await self.entry(parts.last ?? "")
        default: return nil
        }
    }

    private func front() async throws -> LogPage {
        let checkpoint = try await self.log.proofs.checkpoint()
        let first = max(0, checkpoint.size - Budget.pageEntries)
        let latest = try await self.items(Array((first..<checkpoint.size).reversed()))
        let body: HTML = """
            <p class="lead">Every certificate that this authority issues or revokes, and every event of an agent, stands here, in an
            order that nobody can change unseen.</p>
            \(self.checks("The root over all entries"))
            \(self.section("checkpoint-head", "Checkpoint", self.checkpoint(checkpoint)))
            \(self.section("latest-head", "Latest entries", self.list(latest)))
            """
        return self.document(PageFrame(title: "Transparency log", view: "front", body: body))
    }

    private func entry(_ text: some StringProtocol) async throws -> LogPage {
        let size = try await self.log.proofs.checkpoint().size
        guard let index = Decimal.decode(text), index < size else {
            return self.document(.noEntry(of: size), .notFound)
        }
        let inclusion = try await self.log.proofs.inclusion(of: index)
        let entry = try await self.log.proofs.entry(index)
        guard let checkpoint = inclusion.checkpoint, LogHash.leaf(entry) == inclusion.leafHash else {
            throw LogError(.inconsistent, "entry \(index) in its bundle is not what the tree has the hash of")
        }
        return self.document(self.frame(entry, inclusion, checkpoint))
    }

    private func search(_ query: String) async throws -> LogPage {
        let search: SearchQuery
        do { search = try SearchQuery(query: query) } catch { return self.document(.refused(error), .badRequest) }
        guard !search.text.isEmpty else { return self.document(.emptySearch) }
        let size = try await self.log.proofs.checkpoint().size
        var indices: Set<Int> = []
        for subject in search.subjects {
            let found = try await self.log.reading {
                try await self.log.lookup.entries(about: subject, limit: Budget.pageEntries + 1)
            }
            // What was integrated since the checkpoint was read has no proof in it.
            indices.formUnion(found.map(\.index).filter { $0 < size })
        }
        if let index = search.index, index < size { indices.insert(index) }
        let newest = indices.sorted(by: >)
        let items = try await self.items(Array(newest.prefix(Budget.pageEntries)))
        return self.document(self.frame(search, items, hasMore: newest.count > items.count))
    }

    private func items(_ indices: [Int]) async throws -> [EntryItem] {
        var items: [EntryItem] = []
        for index in indices {
            let entry = try await self.log.proofs.entry(index)
            items.append(EntryItem(index: index, values: EntryValues(entry)))
        }
        return items
    }

    private func document(_ frame: PageFrame, _ status: LogPage.Status = .ok) -> LogPage {
        LogPage(
            bytes: Array(frame.document(origin: self.log.identity.origin).markup.utf8),
            contentType: "text/html; charset=utf-8",
            maxAge: 1,
            status: status
        )
    }
}

/// An entry in a list.
struct EntryItem: Hashable, Sendable {
    let index: Int
    /// What it says; nil when it is no JSON.
    let values: EntryValues?
}
