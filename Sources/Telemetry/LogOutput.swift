// Where log lines go.

import Glibc
import Synchronization

/// A descriptor that whole lines are written to, one `write(2)` a line.
///
/// Lines of all threads are written one after the other. A line that cannot be written (the reader is gone, the disk is
/// full, a non-blocking pipe is full) is dropped and counted: the log never stops the program. The descriptor is borrowed.
public final class LogOutput: Sendable {
    /// Standard error.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    /// Also the lock that keeps lines apart.
    private let state = Mutex(State())

    private struct State {
        var droppedLines: UInt64 = 0
        /// The last line was written in part: the next must begin on a line of its own.
        var isTorn = false
    }

    /// Writes to a descriptor that stays open.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Lines that could not be written whole since the start.
    public var droppedLines: UInt64 { self.state.withLock { $0.droppedLines } }

    /// Writes a line, which brings its own line feed.
    func write(_ line: String) {
        self.state.withLock { state in
            var line = state.isTorn ? "\n" + line : line
            let (length, written) = line.withUTF8 { ($0.count, self.write(UnsafeRawBufferPointer($0))) }
            if written < length { state.droppedLines += 1 }
            if written > 0 { state.isTorn = written < length }
        }
    }

    /// Writes with one `write(2)`, more only where the kernel took a part (a pipe, a signal); returns the octets taken.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = Glibc.write(self.descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return written
    }
}
