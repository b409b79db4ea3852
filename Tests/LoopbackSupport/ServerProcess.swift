// Servers that we did not write, as processes of their own on free ports of loopback.

public import Foundation
import Synchronization

/// A server that could not be started.
public struct ServerFailure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// A process that is killed when the last reference goes.
public final class ServerProcess: Sendable {
    private let process: Mutex<Process?>
    private let log: URL

    /// Starts a program of the path.
    public init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        self.log = log
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
    }

    deinit { self.stop() }

    /// Kills the process and waits for its end.
    public func stop() {
        self.process.withLock { process in
            guard let running = process else { return }
            kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }

    public var isRunning: Bool { self.process.withLock { $0?.isRunning ?? false } }

    public var output: String { (try? String(contentsOf: self.log, encoding: .utf8)) ?? "" }

    /// Waits until a condition holds, as long as the process runs.
    public func wait(until isReady: () async -> Bool) async throws {
        for _ in 0..<1_200 {
            guard self.isRunning else { throw ServerFailure(description: "the server has ended: \(self.output)") }
            if await isReady() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerFailure(description: "the server is not ready after a minute: \(self.output)")
    }
}

/// A directory for the time of a test.
public func withTemporaryDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.appending(path: "signet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory)
}
