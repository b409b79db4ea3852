import Foundation
import Glibc
import Logging
import Telemetry
import Testing

@Suite("The log")
struct LineLogHandlerTests {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    @Test("An event is one JSON line with all of its parts")
    func json() throws {
        let capture = LogCapture()
        var logger = capture.logger(.json, provider: Logger.MetadataProvider { ["trace": "t", "own": "provider"] })
        logger[metadataKey: "request"] = "r1"
        logger[metadataKey: "own"] = "logger"
        let metadata: Logger.Metadata = [
            "own": "event", "n": .stringConvertible(5), "nest": ["b": ["c": "d"], "l": ["x", "y"]],
        ]
        logger.log(level: .warning, "issued", error: Failure(description: "why"), metadata: metadata, source: "CA")
        #expect(
            capture.text == """
                {"time":"2025-12-31T23:59:59.250Z","level":"warning","label":"test","message":"issued","source":"CA",\
                "error":"why","metadata":{"n":"5","nest.b.c":"d","nest.l.0":"x","nest.l.1":"y","own":"event",\
                "request":"r1","trace":"t"}}

                """
        )
        _ = try capture.objects()
    }

    @Test("The text format is for people")
    func text() {
        let capture = LogCapture()
        let logger = capture.logger(.text)
        logger.info(
            "serving",
            metadata: ["url": "https://localhost:8443", "name": "two words", "empty": "", "q": "a=\"b\""]
        )
        logger.critical("stopped")
        #expect(
            capture.text == #"""
                2025-12-31T23:59:59.250Z INFO     test: serving empty="" name="two words" q="a=\"b\"" url=https://localhost:8443
                2025-12-31T23:59:59.250Z CRITICAL test: stopped

                """#
        )
    }

    /// What someone sends who wants to write a line of the log, or to steer the terminal that shows it.
    static let hostile = [
        "a\n{\"time\":\"2025-12-31T23:59:59.250Z\",\"level\":\"info\",\"message\":\"forged\"}", "\r\nforged", "\u{0}",
        "\u{1b}[2J",
        "\u{9b}31m", "\u{85}forged", "\u{2028}forged", "\u{2029}", "\u{202e}desrever", "\u{2066}x", "\u{200b}",
        "\u{7f}",
        "\",\"level\":\"x", "\\", "\\\"", "\t", "\u{e0041}", "\u{feff}", "é€😀", "", "a=b c=d", "\u{ad}",
    ]

    @Test("No input makes a second line or an unescaped control character, and JSON gives it back", arguments: hostile)
    func forging(input: String) throws {
        for format in LogFormat.allCases {
            let capture = LogCapture()
            let logger = capture.logger(format, label: input)
            logger.log(
                level: .error,
                "\(input)",
                error: Failure(description: input),
                metadata: ["k\(input)": "\(input)", "list": ["\(input)"]],
                source: input
            )
            let bytes = capture.bytes
            #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1)
            #expect(bytes.last == UInt8(ascii: "\n"))
            for scalar in String(decoding: bytes.dropLast(), as: UTF8.self).unicodeScalars {
                let category = scalar.properties.generalCategory
                #expect(![.control, .format, .lineSeparator, .paragraphSeparator].contains(category))
            }
            guard format == .json else { continue }
            let object = try #require(try capture.objects().first)
            #expect(object.level == "error")
            for text in [object.message, object.label, object.source, object.error, object.metadata?["list.0"]] {
                #expect(text.map { Array($0.utf8) } == Array(input.utf8))
            }
            #expect(object.metadata?["k\(input)"] == input)
        }
    }

    @Test(
        "Values under names of secrets are not written",
        arguments: [
            "token", "pin", "PIN", "password", "authorization", "Authorization", "secret", "userPin", "pin-value",
            "apiToken",
            "admin.token", "client_secret", "bearer", "cookie", "tokens", "set-cookie", "proxy-authorization",
            "token.value",
        ]
    )
    func redacted(key: String) throws {
        for format in LogFormat.allCases {
            let capture = LogCapture()
            var logger = capture.logger(format, provider: Logger.MetadataProvider { ["p": [key: "hunter2"]] })
            logger[metadataKey: key] = "hunter2"
            logger.info(
                "m",
                metadata: ["a": [key: "hunter2"], "b": [[key: ["hunter2", "x"]]], "c": [key: ["y": "hunter2"]]]
            )
            #expect(!capture.text.contains("hunter2"))
            #expect(capture.text.contains("[redacted]"))
        }
    }

    @Test(
        "Harmless names are written",
        arguments: [
            "mapping", "pinned", "spinning", "tokenID", "token.id", "tokenLabel", "secretary", "key", "opinion",
            "token_count",
        ]
    )
    func notRedacted(key: String) {
        #expect(!LogRedaction.isSecret(key))
    }

    @Test("Long texts, many values and deep nesting are cut")
    func bounds() throws {
        let capture = LogCapture()
        var deep: Logger.MetadataValue = "bottom"
        for _ in 0..<1_000 { deep = ["d": deep] }
        let many: [Logger.MetadataValue] = (0..<10_000).map { "\($0)" }
        capture.logger(.json).info(
            "\(String(repeating: "€", count: 100_000))",
            metadata: ["deep": deep, "many": .array(many)]
        )
        let object = try #require(try capture.objects().first)
        #expect(object.message.utf8.count <= Budget.logTextBytes)
        #expect(object.message.hasSuffix("€…"))
        #expect(object.metadata?.count == Budget.logFields)
        #expect(object.metadata?["deep" + String(repeating: ".d", count: Budget.logDepth)] == "…")
    }

    @Test("Lines of many tasks do not mix")
    func concurrent() async throws {
        let capture = LogCapture()
        let logger = capture.logger(.json)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for line in 0..<250 { logger.info("\(String(repeating: "\(task)", count: line))") }
                }
            }
        }
        #expect(try capture.objects().count == 2_000)
    }

    @Test(
        "Times are RFC 3339, and a broken clock does no harm",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799, "9999-12-31T23:59:59.000Z"),
            (1_709_164_800.5, "2024-02-29T00:00:00.500Z"), (.infinity, "0000-00-00T00:00:00.000Z"),
            (.nan, "0000-00-00T00:00:00.000Z"),
        ] as [(Double, String)]
    )
    func times(seconds: Double, text: String) throws {
        let capture = LogCapture()
        capture.logger(.json, at: seconds).info("m")
        #expect(try capture.objects().first?.time == text)
    }

    @Test("A line that cannot be written is counted and nothing more")
    func full() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let output = LogOutput(descriptor: descriptor)
        let logger = Logger(label: "l") { label in
            LineLogHandler(
                label: label,
                level: .info,
                format: .json,
                output: output,
                now: { Date(timeIntervalSince1970: 0) }
            )
        }
        logger.info("m")
        logger.debug("below the level")
        #expect(output.droppedLines == 1)
    }

    @Test("After a line that was cut by a full pipe the next begins on a line of its own")
    func torn() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        defer { for end in ends { close(end) } }
        let output = LogOutput(descriptor: ends[1])
        let logger = Logger(label: "l") { label in
            LineLogHandler(
                label: label,
                level: .info,
                format: .text,
                output: output,
                now: { Date(timeIntervalSince1970: 0) }
            )
        }
        let long = String(repeating: "x", count: Budget.logTextBytes)
        while output.droppedLines == 0 { logger.info("\(long)") }
        var bytes = drain(ends[0])
        try #require(bytes.last != UInt8(ascii: "\n"))
        logger.info("whole")
        bytes += drain(ends[0])
        let last = String(decoding: bytes, as: UTF8.self).split(separator: "\n").last
        #expect(last == "1970-01-01T00:00:00.000Z INFO     l: whole")
    }
}

private func drain(_ descriptor: Int32) -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { return result }
        result += buffer[..<count]
    }
}
