// Where PINs come from, and that they go nowhere else.

import Foundation
import Signing
import Testing

@Suite("PINs")
struct PINTests {
    private func text(_ pin: PIN) -> String { pin.withBytes { String(decoding: $0, as: UTF8.self) } }

    private func withFile<R>(_ content: String, mode: mode_t, _ body: (String) throws -> R) throws -> R {
        try withTemporaryDirectory { directory in
            let path = directory.appending(path: "pin").path
            try Data(content.utf8).write(to: URL(filePath: path))
            #expect(chmod(path, mode) == 0)
            return try body(path)
        }
    }

    @Test(
        "a file of mode 0600 or stricter is read, without its line end",
        arguments: ["1234", "1234\n", "1234\r\n"],
        [0o600, 0o400]
    )
    func file(content: String, mode: Int) throws {
        try self.withFile(content, mode: mode_t(mode)) { path in
            for form in ["file:\(path)", "file://\(path)", path] {
                let pin = try PINSource(form).read { _ in nil }
                #expect(text(pin) == "1234")
            }
        }
    }

    @Test(
        "a file that others may touch is refused, naming it and what to run",
        arguments: [0o640, 0o604, 0o620, 0o601, 0o644, 0o777]
    )
    func openFile(mode: Int) throws {
        try self.withFile("1234", mode: mode_t(mode)) { path in
            let error = #expect(throws: SigningError.self) { try PINSource.file(path: path).read { _ in nil } }
            #expect(error == SigningError(.invalidPINSource, ""))
            #expect(error?.reason.contains("chmod 600 '\(path)'") == true)
            #expect(error?.reason.contains("1234") == false)
        }
    }

    @Test(
        "a file that is empty, long, of several lines, or holds a control character is refused",
        arguments: ["", "\n", String(repeating: "1", count: 256), "12\n34\n", "12\u{0}34"]
    )
    func badContent(content: String) throws {
        try self.withFile(content, mode: 0o600) { path in
            _ = #expect(throws: SigningError(.invalidPINSource, "")) {
                try PINSource.file(path: path).read { _ in nil }
            }
        }
    }

    @Test("the longest PIN is read, line end and all")
    func longest() throws {
        let pin = String(repeating: "1", count: Budget.pinBytes)
        try self.withFile(pin + "\r\n", mode: 0o600) { path in
            let read = try PINSource.file(path: path).read { _ in nil }
            #expect(text(read) == pin)
        }
    }

    @Test("what is not a regular file is refused, without waiting for a writer")
    func notAFile() throws {
        try withTemporaryDirectory { directory in
            let fifo = directory.appending(path: "fifo").path
            #expect(mkfifo(fifo, 0o600) == 0)
            for path in [fifo, directory.path, directory.appending(path: "missing").path, "/dev/null"] {
                #expect(throws: SigningError(.invalidPINSource, "")) {
                    try PINSource.file(path: path).read { _ in nil }
                }
            }
        }
    }

    @Test("a variable of the environment is read, and its absence named")
    func environment() throws {
        let source = try PINSource("env:SIGNET_PIN")
        #expect(try text(source.read { ["SIGNET_PIN": "1234"][$0] }) == "1234")
        let error = #expect(throws: SigningError.self) { try source.read { _ in nil } }
        #expect(error?.reason.contains("SIGNET_PIN") == true)
        #expect(throws: SigningError(.invalidPINSource, "")) { try source.read { _ in "" } }
    }

    @Test(
        "other sources are refused",
        arguments: [
            "", "env:", "env:A B", "file:", "file:pin", "pin", "|cat /etc/pin", "http://a/pin", "file:///a\u{0}b",
        ]
    )
    func malformedSources(text: String) {
        #expect(throws: SigningError(.invalidPINSource, "")) { try PINSource(text) }
    }

    @Test("a PIN does not print itself")
    func hidden() throws {
        let pin = try PIN("sesame")
        var dumped = ""
        dump(pin, to: &dumped)
        for text in ["\(pin)", String(reflecting: pin), dumped, "\([pin])", "\(Optional(pin) as Any)"] {
            #expect(!text.contains("sesame") && !text.contains("115"))
        }
    }
}
