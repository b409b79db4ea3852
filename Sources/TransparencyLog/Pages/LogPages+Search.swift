// What was found, and lists of entries.

extension LogPages {
    /// The page of a search.
    func frame(_ search: SearchQuery, _ items: [EntryItem], hasMore: Bool) -> PageFrame {
        let found: HTML =
            items.isEmpty
            ? """
            <p>The log has nothing of <q>\(search.text)</q>. What was done a moment ago may not be integrated yet.</p>
            """
            : """
            <p>\(items.count) \(items.count == 1 ? "entry" : "entries") of
            <q>\(search.text)</q>\(HTML.when(items.count > 1, ", the newest first")).\
            \(HTML.when(hasMore, " There are more; these are the newest."))</p>
            \(self.list(items))
            """
        return PageFrame(title: "Search", search: search.text, body: found)
    }

    /// A list of entries; each is proven on its own page.
    func list(_ items: [EntryItem]) -> HTML {
        guard !items.isEmpty else { return "<p>There are none yet.</p>" }
        let rows: [HTML] = items.map { item in
            """
            <tr><th scope="row"><a href="/log/entry/\(item.index)">Entry \(item.index)</a></th>\
            <td data-label="What">\(item.values?.title ?? "Entry of another kind")</td>\
            <td class="subject" data-label="Of">\(item.values?.subject ?? "")</td>\
            <td data-label="When">\(item.values?["timestamp"] ?? "")</td></tr>

            """
        }
        return """
            <table>
            <thead><tr><th scope="col">Entry</th><th scope="col">What</th><th scope="col">Of</th>
            <th scope="col">When</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            <p class="note">Each entry is proven on its own page.</p>
            """
    }
}
