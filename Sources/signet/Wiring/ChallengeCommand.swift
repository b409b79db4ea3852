// A program of the operator's that places files of http-01 on hosts whose web servers are not ours.

import Dispatch
import Foundation
import Glibc
import PKIX
import ServerCertificates

/// Runs the operator's program, one call at a time.
///
/// It is called as `PROGRAM place` and `PROGRAM remove`, with SIGNET_CHALLENGE_HOST, SIGNET_CHALLENGE_PATH and
/// SIGNET_CHALLENGE_CONTENT, and PATH alone of the daemon's own environment. Exit code 0 says that it is done.
struct ChallengeCommand: ChallengeFilePlacing {
    /// The program's path.
    let program: String
    /// The hosts that it is for.
    let hosts: HostPatterns
    /// How long it may take.
    var patience: Duration = .seconds(60)
    private let queue = DispatchQueue(label: "signet.challenge-command")

    init(program: String, hosts: HostPatterns) {
        (self.program, self.hosts) = (program, hosts)
    }

    /// Looks for the program.
    ///
    /// - Throws: ``ConfigurationError``.
    func check() throws(ConfigurationError) {
        guard FileManager.default.isExecutableFile(atPath: self.program) else {
            throw ConfigurationError("acme.httpCommand: \(self.program) is no program that can be run")
        }
    }

    func isFor(_ host: String) -> Bool { self.hosts.contains(host) }
    func place(_ file: ChallengeFile) async throws { try await self.run("place", file) }
    func remove(_ file: ChallengeFile) async throws { try await self.run("remove", file) }

    private func run(_ action: String, _ file: ChallengeFile) async throws {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try self.runToEnd(action, file) }) }
        }
    }

    private func runToEnd(_ action: String, _ file: ChallengeFile) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: self.program)
        process.arguments = [action]
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "SIGNET_CHALLENGE_HOST": file.host, "SIGNET_CHALLENGE_PATH": file.path,
            "SIGNET_CHALLENGE_CONTENT": file.content,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let call = "\(self.program) \(action) for \(file.host)"
        do { try process.run() } catch {
            throw ConfigurationError("acme.httpCommand: \(self.program) cannot be run: \(error.localizedDescription)")
        }
        guard Self.ends(process, within: self.patience) else {
            process.terminate()
            if !Self.ends(process, within: .seconds(2)) { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            throw ConfigurationError("acme.httpCommand: \(call) did not end within \(self.patience)")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let how = process.terminationReason == .exit ? "exit code" : "signal"
            throw ConfigurationError("acme.httpCommand: \(call) ended with \(how) \(process.terminationStatus)")
        }
    }

    private static func ends(_ process: Process, within patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        while process.isRunning {
            guard .now < deadline else { return false }
            usleep(10_000)
        }
        return true
    }
}
