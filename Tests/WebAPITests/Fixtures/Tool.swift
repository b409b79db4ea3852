// Programs of the system that a test is held against.

import Foundation

/// A program's run.
struct Tool {
    let status: Int32
    /// Standard output and error together.
    let output: String

    static let hasOpenAPIValidator: Bool = {
        let run = try? Tool.runBlocking("python3", ["-c", "import yaml, openapi_spec_validator"], input: "")
        return run?.status == 0
    }()

    /// Runs a program on a thread of its own.
    static func run(_ name: String, _ arguments: [String], input: String = "") async throws -> Tool {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.runBlocking(name, arguments, input: input) })
            }
        }
    }

    /// With posix_spawn: Foundation's `Process` reads past the end of what it knows of /proc/self/fd when a process has as
    /// many open files as these tests.
    static func runBlocking(_ name: String, _ arguments: [String], input: String) throws -> Tool {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (stdin, stdout) = (directory.appending(path: "in").path, directory.appending(path: "out").path)
        try Data(input.utf8).write(to: URL(filePath: stdin))
        let status = try self.spawn([name] + arguments, stdin: stdin, stdout: stdout)
        let output = try Data(contentsOf: URL(filePath: stdout))
        return Tool(status: status, output: String(decoding: output, as: UTF8.self))
    }

    private static func spawn(_ words: [String], stdin: String, stdout: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, stdin, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, stdout, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let error = posix_spawnp(&process, words[0], &actions, nil, arguments, environ)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        // As `WIFEXITED` and `WEXITSTATUS` have it.
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
