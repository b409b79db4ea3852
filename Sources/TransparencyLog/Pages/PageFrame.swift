// What all pages have around their content.

/// A page's content with its title.
struct PageFrame: Sendable {
    let title: String
    /// What the page's module is to do: `front`, `entry`, or nothing.
    var view = "none"
    /// The entry that is shown.
    var index: Int?
    /// What the field of the search holds.
    var search = ""
    let body: HTML

    /// The whole document.
    func document(origin: String) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>\(self.title) · \(origin)</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="\(PageAsset.icon.path)" type="image/svg+xml">
        <link rel="stylesheet" href="\(PageAsset.style.path)">
        <script type="module" src="\(PageAsset.module.path)"></script>
        </head>
        <body>
        <a class="skip" href="#main">To the content</a>
        <header>
        <p class="log"><a href="/log/">Transparency log</a> <span class="origin">\(origin)</span></p>
        <form action="/log/search" method="get" role="search">
        <label for="q">Host, ANS name, agent id, serial number, fingerprint or index</label>
        <div class="field"><input id="q" name="q" type="search" maxlength="\(Budget.searchBytes)" autocomplete="off"
        autocapitalize="none" spellcheck="false" value="\(self.search)"><button type="submit">Search</button></div>
        </form>
        </header>
        <main id="main" tabindex="-1" data-view="\(self.view)"\(self.indexAttribute)>
        <h1>\(self.title)</h1>
        \(self.body)
        </main>
        <footer>
        <p>The log’s files: <a href="/checkpoint">checkpoint</a>, <a href="/root-keys">keys</a>,
        <a href="/v1/log/checkpoint/history">earlier checkpoints</a>.</p>
        </footer>
        </body>
        </html>

        """
    }

    private var indexAttribute: HTML { self.index.map { " data-index=\"\($0)\"" } ?? "" }
}

extension PageFrame {
    /// There is no such entry.
    static func noEntry(of size: Int) -> PageFrame {
        let body: HTML =
            size == 0
            ? "<p>The log has no entries yet.</p>"
            : """
            <p>The log has \(size) entries, from <a href="/log/entry/0">0</a> to
            <a href="/log/entry/\(size - 1)">\(size - 1)</a>.</p>
            """
        return PageFrame(title: "No such entry", body: body)
    }

    /// A search for nothing.
    static let emptySearch = PageFrame(
        title: "Search",
        body: """
            <p>Say what to look for: the host or the ANS name of an agent (<code>ans://v1.0.0.host.example</code>), an agent’s id,
            the serial number or the SHA-256 fingerprint of a certificate in hexadecimal, or the index of an entry.</p>
            """
    )

    /// A search that is none.
    static func refused(_ refusal: SearchQuery.Refusal) -> PageFrame {
        let body: HTML =
            switch refusal {
            case .tooLong:
                "<p role=\"alert\">Nothing in the log has a name of more than \(Budget.searchBytes) octets.</p>"
            case .notText: "<p role=\"alert\">What was searched for is not text in UTF-8.</p>"
            }
        return PageFrame(title: "Search", body: body)
    }
}
