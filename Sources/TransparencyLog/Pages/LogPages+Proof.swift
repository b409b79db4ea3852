// A proof drawn as a tree: each row is a fork on the way from the root down, and the side that leads to the entry is marked.

extension LogPages {
    /// The drawing, and the files from which it can be computed again.
    func proof(_ inclusion: LogInclusion) -> HTML {
        let forks = inclusion.forks
        // The root's hash stands above the middle of the first fork; each further fork hangs from one side of the last.
        let parents = [50] + forks.map { $0.goesLeft ? 25 : 75 }
        let rows: [HTML] = zip(forks.indices, forks).map { position, fork in
            """
            <li>\(Self.branches(from: parents[position], to: parents[position + 1]))
            \(self.side(fork.left, isOn: fork.goesLeft, isLeaf: position == forks.count - 1))
            \(self.side(fork.right, isOn: !fork.goesLeft, isLeaf: position == forks.count - 1))</li>

            """
        }
        let files: [HTML] = inclusion.files.map { "<li><a href=\"/\($0.path)\">/\($0.path)</a></li>" }
        return """
            <p>Each hash is made of the two below it. Those <span class="key on">on the way</span> follow from the entry and the
            hashes <span class="key">beside it</span>; the topmost is the root, which the signatures of the checkpoint are for. All
            are SHA-256 (RFC 6962), in base64.</p>
            <ol id="tree">
            <li class="top"><div class="node on"><span class="what">root of \(inclusion.size) entries</span>
            <code class="hash">\(inclusion.root.base64)</code></div></li>
            \(rows)</ol>
            <p>As a file that verifies offline: <a href="/v1/log/proof/\(inclusion.index)">tlog-proof of entry
            \(inclusion.index)</a>. It is computed from:</p>
            <ul class="files">\(files)</ul>
            """
    }

    private func side(_ side: ProofFork.Side, isOn: Bool, isLeaf: Bool) -> HTML {
        let (first, last) = (side.entries.lower, side.entries.upper - 1)
        let entries: HTML = first == last ? "entry \(first)" : "entries \(first)–\(last)"
        let what: HTML = isOn ? (isLeaf && first == last ? ", this one" : ", on the way") : ", beside it"
        return """
            <div class="node\(HTML.when(isOn, " on"))"><span class="what">\(entries)\(what)</span>
            <code class="hash">\(side.hash.base64)</code></div>
            """
    }

    /// Two lines down to the sides of a fork, the one to the entry the stronger.
    private static func branches(from parent: Int, to side: Int) -> HTML {
        """
        <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">\
        <path d="M\(parent) 0L\(100 - side) 20"/><path class="on" d="M\(parent) 0L\(side) 20"/></svg>
        """
    }
}
