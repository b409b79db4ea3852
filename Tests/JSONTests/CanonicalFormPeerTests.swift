// A second implementation: the `rfc8785` package of PyPI.

import Foundation
import JSON
import Testing

@Suite("Canonical JSON beside Python's", .enabled(if: Python.hasRFC8785))
struct CanonicalFormPeerTests {
    @Test("a thousand documents have the same octets in both")
    func agrees() throws {
        var generator = SplitMix(state: 13)
        let values = (0..<1_000).map { _ in JSONValue.random(depth: 3, using: &generator) }
        let input = values.map { String(decoding: $0.serialized, as: UTF8.self) }.joined(separator: "\n")
        let script = """
            import json, sys, rfc8785
            for line in sys.stdin.buffer.read().split(b"\\n"):
                sys.stdout.buffer.write(rfc8785.dumps(json.loads(line)) + b"\\n")
            """
        let lines = try Python.run(script, input: input).split(separator: "\n")
        #expect(lines.count == values.count)
        for (value, line) in zip(values, lines) {
            #expect(String(decoding: try value.canonical, as: UTF8.self) == line)
        }
    }
}

/// Runs Python 3.
enum Python {
    static let hasRFC8785 = (try? Self.run("import rfc8785; print(1)", input: "")) == "1\n"

    static func run(_ script: String, input: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "json-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(input.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
