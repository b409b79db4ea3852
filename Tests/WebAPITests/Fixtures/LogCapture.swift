// A log that a test can read.

import Logging
import Synchronization

/// The lines that were logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { self.lines.withLock { $0.joined(separator: "\n") } }

    func append(_ line: String) { self.lines.withLock { $0.append(line) } }
}

/// Keeps everything from `debug` up.
struct LogCapture: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
        self.lines.append("\(event.level) \(event.message) \(metadata)")
    }
}
