// Servers that we did not write, as processes of their own on free ports of loopback.

import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server that could not be started.
struct ServerFailure: Error, CustomStringConvertible {
    let description: String
}

/// A process that is killed when the last reference goes.
final class ServerProcess: Sendable {
    private let process: Mutex<Process?>
    private let log: URL

    /// Starts a program of the path.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
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
    func stop() {
        self.process.withLock { process in
            guard let running = process else { return }
            kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }

    var isRunning: Bool { self.process.withLock { $0?.isRunning ?? false } }

    var output: String { (try? String(contentsOf: self.log, encoding: .utf8)) ?? "" }

    /// Waits until a condition holds, as long as the process runs.
    func wait(until isReady: () async -> Bool) async throws {
        for _ in 0..<1_200 {
            guard self.isRunning else { throw ServerFailure(description: "the server has ended: \(self.output)") }
            if await isReady() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerFailure(description: "the server is not ready after a minute: \(self.output)")
    }

    /// A port that is free now.
    static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }
}

/// A directory for the time of a test.
func withTemporaryDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.appending(path: "signet-acme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory)
}
