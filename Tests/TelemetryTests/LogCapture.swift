import Foundation
import Glibc
import Logging
import Telemetry

/// A logger that writes to an unlinked temporary file, and what it wrote.
final class LogCapture {
    private let descriptor: Int32
    let output: LogOutput

    init() {
        var path = Array("\(NSTemporaryDirectory())/signet-log-XXXXXX".utf8CString)
        self.descriptor = mkstemp(&path)
        unlink(path)
        self.output = LogOutput(descriptor: self.descriptor)
    }

    deinit {
        close(self.descriptor)
    }

    func logger(
        _ format: LogFormat,
        label: String = "test",
        provider: Logger.MetadataProvider? = nil,
        at seconds: Double = 1_767_225_599.25
    ) -> Logger {
        Logger(label: label) { label in
            LineLogHandler(
                label: label,
                level: .trace,
                format: format,
                output: self.output,
                metadataProvider: provider,
                now: { Date(timeIntervalSince1970: seconds) }
            )
        }
    }

    var bytes: [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(self.descriptor, &buffer, buffer.count, off_t(result.count))
            if count <= 0 { return result }
            result += buffer[..<count]
        }
    }

    var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// The lines, each as JSON.
    func objects() throws -> [LogObject] {
        try self.bytes.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(LogObject.self, from: Data($0))
        }
    }
}

struct LogObject: Decodable {
    var time: String
    var level: String
    var label: String
    var message: String
    var source: String
    var error: String?
    var metadata: [String: String]?
}
