// A program of the system, as a process of its own, started with posix_spawn: Foundation's `Process` reads past the end of what
// it knows of /proc/self/fd when a process has as many open files as these tests.

import Foundation
import Synchronization

/// A program that runs until it ends or is ended.
public final class SpawnedProgram: Sendable {
    private let process: Mutex<pid_t?>

    /// Starts a program, whose standard output and error go to a file; of the caller's open files it has none.
    public init(_ path: String, _ arguments: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // What the caller has open is the caller's: bash lets go of it, and becomes the program.
        let closing = #"for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -le 2 ] || eval "exec $n>&-"; done; exec "$@""#
        let words = (["bash", "-c", closing, "bash", path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let error = posix_spawnp(&process, "bash", &actions, nil, words, environ)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
        self.process = Mutex(process)
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool {
        self.process.withLock { process in
            guard let running = process else { return false }
            var status: Int32 = 0
            guard waitpid(running, &status, WNOHANG) == 0 else {
                process = nil
                return false
            }
            return true
        }
    }

    /// Asks it to end, and kills it when it has not after three seconds; returns when it is gone.
    public func stop() {
        self.process.withLock { process in
            guard let running = process else { return }
            process = nil
            var status: Int32 = 0
            kill(running, SIGTERM)
            for _ in 0..<1_500 {
                guard waitpid(running, &status, WNOHANG) == 0 else { return }
                usleep(2_000)
            }
            kill(running, SIGKILL)
            while waitpid(running, &status, 0) < 0, errno == EINTR {}
        }
    }
}
