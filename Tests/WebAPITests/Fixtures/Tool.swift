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

    private static func runBlocking(_ name: String, _ arguments: [String], input: String) throws -> Tool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Tool(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
