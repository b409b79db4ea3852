// Pages as text: what they say, and what they let nobody say.

import Foundation
import Synchronization
import Testing

@testable import TransparencyLog

@Suite("The log's pages")
struct PageTests {
    @Test("what is interpolated is text, what is HTML stays HTML, and hidden characters are shown")
    func escaping() {
        let name = #"<b a='x' b="y">&amp;"#
        let html: HTML = "<p>\(name)\(5)\("<i>" as HTML)\(["<u>", "<s>"] as [HTML])</p>"
        #expect(html.markup == "<p>&lt;b a=&#39;x&#39; b=&quot;y&quot;&gt;&amp;amp;5<i><u><s></p>")
        let hidden: HTML = "\("a\u{202E}b\u{0}c\u{200D}\r\u{E0041}\u{FEFF}\né")"
        #expect(hidden.markup == "a\\u{202e}b\\u{0}c\\u{200d}\\u{d}\\u{e0041}\\u{feff}\né")
        #expect(HTML.queryValue("a b&c=d/é~\n") == "a%20b%26c%3Dd%2F%C3%A9~%0A")
    }

    @Test("no name in an entry becomes markup, wherever it is shown")
    func hostileEntries() async throws {
        let fixture = try await PageFixture(count: 6, lookup: ListLookup(places: [.host("a.example"): [1, 2, 3]]))
        for (path, query) in [
            ("/log/", ""), ("/log/entry/1", ""), ("/log/entry/2", ""), ("/log/search", "q=a.example"),
        ] {
            let text = try await fixture.page(path, query: query).text
            #expect(text.contains("&lt;script&gt;") || path == "/log/entry/2", "\(path)")
            for markup in ["<script>", "<img", "<b>JSON", "<i>", "<u>", "\u{202E}"] {
                #expect(!text.contains(markup), "\(path) has \(markup)")
            }
            // Attributes end where they should: what is between the tags' brackets is ours.
            for tag in text.matches(of: /<[^>]*>/) { #expect(!tag.output.contains("alert("), "\(tag.output)") }
        }
    }

    @Test("a search is shown as it was typed, and none of it is markup")
    func hostileSearch() async throws {
        let fixture = try await PageFixture(count: 5)
        let text = try await fixture.page("/log/search", query: "q=\(HTML.queryValue(PageFixture.hostile))").text
        #expect(text.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)"))
        #expect(text.contains("The log has nothing of"))
        for markup in ["<script>", "<img", "\u{202E}"] { #expect(!text.contains(markup)) }
    }

    @Test(
        "a search that is too long, or no text, is refused, and what is sent besides is ignored",
        arguments: [
            ("q=" + String(repeating: "a", count: Budget.searchBytes), LogPage.Status.ok),
            ("q=" + String(repeating: "a", count: Budget.searchBytes + 1), .badRequest),
            ("q=" + String(repeating: "%61", count: Budget.searchBytes + 1), .badRequest),
            ("q=" + String(repeating: "%61", count: 2_000), .badRequest),
            ("q=%FF", .badRequest), ("q=%", .badRequest), ("q=%4", .badRequest), ("q=%+1", .badRequest),
            ("", .ok), ("q=", .ok), ("x=1&q=a.example&q=%FF", .ok), ("&&=&", .ok),
        ]
    )
    func refusals(query: String, status: LogPage.Status) async throws {
        let page = try await PageFixture(count: 5).page("/log/search", query: query)
        #expect(page.status == status)
        #expect(page.text.contains("<form action=\"/log/search\" method=\"get\""))
    }

    @Test("an entry's page has what it says, its octets, every hash of its proof, the checkpoint and the keys")
    func entry() async throws {
        let fixture = try await PageFixture(count: 300)
        for index in [0, 1, 2, 3, 255, 256, 299] {
            let text = try await fixture.page("/log/entry/\(index)").text
            let inclusion = try await fixture.pages.log.proofs.inclusion(of: index)
            for hash in inclusion.path + [inclusion.root, inclusion.leafHash] {
                #expect(text.contains("<code class=\"hash\">\(hash.base64)</code>"), "\(index)")
            }
            #expect(text.contains("data-view=\"entry\" data-index=\"\(index)\""))
            #expect(text.components(separatedBy: "<li><svg").count - 1 == inclusion.path.count)
            for key in fixture.log.identity.keys + [fixture.witness.signer.key] { #expect(text.contains("\(key)")) }
            #expect(text.contains(">witness</td>") && text.contains(">the log, Ed25519</td>"))
            let checkpoint = try #require(inclusion.checkpoint)
            #expect(text.contains(String(decoding: checkpoint.bytes, as: UTF8.self)))
            for file in inclusion.files {
                #expect(text.contains("href=\"/\(file.path)\""))
                #expect(try await fixture.log.storage.read(file) != nil)
            }
        }
        #expect(try await fixture.page("/log/entry/3").text.contains("\nff000a80</pre>"))
        let text = try await fixture.page("/log/entry/0").text
        #expect(text.contains("Certificate issued") && text.contains("/log/search?q=\(PageFixture.serial(0))\""))
    }

    @Test("the hashes on the drawn way are made of those below them, down to the entry")
    func forks() async throws {
        let fixture = try await PageFixture(count: 300)
        for index in stride(from: 0, to: 300, by: 7) {
            let inclusion = try await fixture.pages.log.proofs.inclusion(of: index)
            let forks = inclusion.forks
            #expect(forks.count == inclusion.path.count)
            var above = inclusion.root
            for fork in forks {
                #expect(LogHash.node(fork.left.hash, fork.right.hash) == above)
                #expect(fork.left.entries.upper == fork.right.entries.lower)
                let side = fork.goesLeft ? fork.left : fork.right
                #expect(side.entries.lower <= index && index < side.entries.upper)
                above = side.hash
            }
            #expect(above == inclusion.leafHash)
        }
    }

    @Test(
        "what is not there has a page of its own, or none",
        arguments: ["5", "-1", "+1", "00", "x", "", "9999999999999999999", "1%20", "1<script>"]
    )
    func missing(index: String) async throws {
        let page = try await PageFixture(count: 5).page("/log/entry/\(index)")
        #expect(page.status == .notFound && page.text.contains("The log has 5 entries"))
        #expect(!page.text.contains("<script>"))
    }

    @Test(
        "other paths are nobody's",
        arguments: ["/log/entry", "/log/entry/1/2", "/log/page.css", "/log//", "/log/search/", "/log/x", "/logs"]
    )
    func otherPaths(path: String) async throws {
        #expect(try await PageFixture(count: 5).pages.page(path, query: "") == nil)
    }

    @Test("nothing stands in a page that the policy forbids, and what it loads is there for long")
    func policy() async throws {
        let fixture = try await PageFixture(count: 40)
        for path in ["/log", "/log/", "/log/entry/1", "/log/search", "/log/entry/x"] {
            let text = try await fixture.page(path).text
            #expect(text.matches(of: /<script/).count == 1 && text.contains("<script type=\"module\" src=\"/log/page."))
            #expect(!text.contains("<style") && !text.contains(" style=") && !text.contains("javascript:"))
            #expect(text.firstMatch(of: /<[^>]*\son[a-z]+=/) == nil)
            for match in text.matches(of: /(?:src|href|action)="([^"]*)"/) {
                #expect(match.1.hasPrefix("/") && !match.1.hasPrefix("//") || match.1.hasPrefix("#"), "\(match.1)")
            }
        }
        let policy = try #require(LogPage.fields.first { $0.name == "Content-Security-Policy" }?.value)
        #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("*"))
        for asset in PageAsset.all {
            let page = try #require(try await fixture.pages.page(asset.path, query: ""))
            #expect(page.maxAge == 31_536_000 && !page.bytes.isEmpty && page.contentType == asset.contentType)
        }
        #expect(try await fixture.pages.page("/log/", query: "")?.maxAge == 1)
    }

    @Test("a bundle that was changed gives no page with a proof")
    func changedBundle() async throws {
        let storage = MemoryStorage()
        let fixture = try await PageFixture(count: 10, storage: storage)
        _ = try await fixture.page("/log/entry/4")
        storage.tiles.withLock { tiles in
            for tile in tiles.keys where tile.kind == .entries { tiles[tile]?[600] ^= 1 }
        }
        var refused = 0
        for index in 0..<10 {
            do { _ = try await fixture.page("/log/entry/\(index)") } catch let error as LogError {
                #expect(error.code == .inconsistent)
                refused += 1
            }
        }
        #expect(refused == 1)
    }

    @Test("before the first entry the pages say so")
    func emptyLog() async throws {
        let log = TestLog(storage: MemoryStorage())
        try await log.integrateAll()
        let publicLog = PublicLog(
            storage: log.storage,
            identity: log.identity,
            lookup: ListLookup(),
            signer: log.signers[1],
            now: { Date() }
        )
        let pages = LogPages(log: publicLog)
        let front = try #require(try await pages.page("/log/", query: ""))
        #expect(String(decoding: front.bytes, as: UTF8.self).contains("There are none yet."))
        #expect(try await pages.page("/log/entry/0", query: "")?.status == .notFound)
    }
}
