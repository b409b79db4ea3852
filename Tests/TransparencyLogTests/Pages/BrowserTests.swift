// Pages of large logs, verified by headless Chromium from the tiles.

import Foundation
import JSON
import Testing

@testable import TransparencyLog

private let hasBrowser = ["chromium", "chromium-browser", "google-chrome"].contains { name in
    ["/usr/bin", "/usr/local/bin", "/snap/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
}

@Suite("The log's pages in a browser", .enabled(if: hasBrowser))
struct BrowserTests {
    /// Where the script is that drives the browser.
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "scripts/test.d/log_page.py").path

    @Test(
        "entries of any kind and place are verified, in trees of one tile and of three levels",
        arguments: [
            (1, [0]), (5, [0, 1, 2, 3, 4]), (66_000, [0, 1, 255, 256, 65_535, 65_536, 65_999]),
        ]
    )
    func sizes(count: Int, indices: [Int]) async throws {
        try await withTemporaryDirectory { directory in
            try await Self.write(count: count, indices, to: directory)
            let arguments = [Self.script, directory, "witnessed"] + indices.map { String($0) }
            let code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
            #expect(try await Python.run(code, arguments, interpreter: nil) == "ok verify\nok witness\n")
        }
    }

    /// Writes a log's files, and its pages beside them.
    private static func write(count: Int, _ indices: [Int], to directory: String) async throws {
        let fixture = try await PageFixture(count: count, storage: try FileTileStorage(directory: directory))
        var pages: [JSONMember] = []
        for path in ["/log/", "/root-keys"] + indices.map({ "/log/entry/\($0)" }) + PageAsset.all.map(\.path) {
            guard let page = try await fixture.pages.page(path, query: "") else { continue }
            let file = "page-\(pages.count)"
            try Data(page.bytes).write(to: URL(fileURLWithPath: "\(directory)/\(file)"))
            let value: JSONValue = ["file": .string(file), "type": .string(page.contentType), "status": 200]
            pages.append(JSONMember(name: path, value: value))
        }
        let fields = LogPage.fields.map { JSONMember(name: $0.name, value: .string($0.value)) }
        let value: JSONValue = ["fields": .object(fields), "pages": .object(pages)]
        try Data(value.serialized).write(to: URL(fileURLWithPath: "\(directory)/pages.json"))
    }
}
