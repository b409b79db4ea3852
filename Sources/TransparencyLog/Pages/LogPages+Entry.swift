// An entry: what it says, and its proof.

import PKIX

extension LogPages {
    /// The page of an entry.
    func frame(_ entry: [UInt8], _ inclusion: LogInclusion, _ checkpoint: SignedCheckpoint) -> PageFrame {
        let values = EntryValues(entry)
        let body: HTML = """
            <p class="lead">\(values?.title ?? "Entry of another kind")\(self.subject(values))</p>
            \(self.neighbours(of: inclusion))
            \(self.checks("The path from this entry to the root"))
            \(self.section("says-head", "What it says", self.content(values)))
            \(self.section("proof-head", "Proof", self.proof(inclusion)))
            \(self.section("checkpoint-head", "Checkpoint", self.checkpoint(checkpoint)))
            \(self.section("octets-head", "The entry as it is logged", self.octets(entry, inclusion.index)))
            """
        return PageFrame(title: "Entry \(inclusion.index)", view: "entry", index: inclusion.index, body: body)
    }

    private func subject(_ values: EntryValues?) -> HTML {
        guard let subject = values?.subject, !subject.isEmpty else { return "" }
        return " <span class=\"subject\">\(subject)</span>"
    }

    private func neighbours(of inclusion: LogInclusion) -> HTML {
        let index = inclusion.index
        let links: [HTML] = [
            index > 0 ? "<a rel=\"prev\" href=\"/log/entry/\(index - 1)\">← Entry \(index - 1)</a> " : "",
            index + 1 < inclusion.size
                ? "<a rel=\"next\" href=\"/log/entry/\(index + 1)\">Entry \(index + 1) →</a>" : "",
        ]
        return "<nav aria-label=\"Neighbouring entries\">\(links)</nav>"
    }

    private func content(_ values: EntryValues?) -> HTML {
        guard let values else { return "<p>It is not JSON; its octets stand below.</p>" }
        let rows: [HTML] = values.rows.map { row in
            "<tr><th scope=\"row\">\(row.name)</th><td>\(Self.value(row))</td></tr>\n"
        }
        return """
            <table id="values">
            <tbody>
            \(rows)</tbody>
            </table>
            \(HTML.when(values.isCut, "<p>There is more of it below.</p>"))
            """
    }

    /// A value; what can be searched for is a link.
    private static func value(_ row: EntryValues.Row) -> HTML {
        let last = row.name.split(separator: ".").last.map(String.init) ?? ""
        let isSubject =
            ["ansId", "ansName", "host", "serialNumber", "fingerprint"].contains(last)
            || row.value.hasPrefix("DNS:") || row.value.hasPrefix("URI:ans://")
        guard isSubject, !row.value.isEmpty, row.value.utf8.count <= Budget.searchBytes else { return "\(row.value)" }
        return "<a href=\"/log/search?q=\(HTML.queryValue(row.value))\">\(row.value)</a>"
    }

    private func octets(_ entry: [UInt8], _ index: Int) -> HTML {
        let text = String(validating: entry, as: UTF8.self)
        return """
            <p>\(entry.count) octets\(text == nil ? ", in hexadecimal" : ""); the same
            <a href="/v1/log/entry/\(index)">as a file</a>.</p>
            <pre id="entry" data-form="\(text == nil ? "hexadecimal" : "text")">\n\(text ?? entry.hexadecimal)</pre>
            """
    }
}
