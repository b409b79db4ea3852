// `signet serve` as a process of its own, on a state directory and a free port.

import Foundation
import Synchronization

/// A state directory with a daemon that can be started, stopped and killed.
final class SignetDaemon: Sendable {
    let directory: TemporaryDirectory
    private let process = Mutex<Process?>(nil)
    private let address = Mutex("")
    private let publicAddress = Mutex("")
    private let logFile = Mutex("")

    var state: String { self.directory.file("state") }
    var root: String { "\(self.state)/certificates/root.pem" }
    var issuing: String { "\(self.state)/certificates/issuing.pem" }
    var tokenFile: String { "\(self.state)/secrets/admin.token" }
    /// Where the daemon serves, after `start`.
    var url: String { self.address.withLock { $0 } }
    /// Where relying parties are served, after `start`.
    var publicURL: String { self.publicAddress.withLock { $0 } }

    var token: String {
        get throws {
            try String(contentsOfFile: self.tokenFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// Runs `signet init` in a temporary directory, with the project's hierarchy or one of another text.
    ///
    /// `publicURL` is what certificates carry as the public side's address.
    init(hierarchy text: String? = nil, publicURL: String? = nil) throws {
        self.directory = try TemporaryDirectory()
        var hierarchy = "\(projectRoot)/ca/hierarchy.yaml"
        if let text {
            let files = FileManager.default
            try files.createDirectory(atPath: self.directory.file("ca"), withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(projectRoot)/ca/profiles", toPath: self.directory.file("ca/profiles"))
            hierarchy = try self.directory.write("ca/hierarchy.yaml", text)
        }
        let addresses = publicURL.map { ["--public-url", $0] } ?? []
        let result = try shell(signetProgram, ["init", "--state", self.state, "--hierarchy", hierarchy] + addresses)
        guard result.status == 0 else { throw DaemonError("init: \(result.errors)") }
    }

    deinit { self.kill() }

    /// Starts the daemon and waits until it serves.
    ///
    /// - Parameter launcher: a program that becomes the daemon, with its arguments.
    /// - Returns: how long that took.
    @discardableResult
    func start(
        api: String = "https://127.0.0.1:0",
        public publicSide: String = "http://127.0.0.1:0",
        environment: [String: String] = [:],
        launcher: [String] = []
    ) throws -> Duration {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            launcher + [signetProgram, "serve", "--state", self.state, "--api", api, "--public", publicSide]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        let log = self.directory.file("log-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        self.logFile.withLock { $0 = log }
        process.standardError = FileHandle(forWritingAtPath: log)
        let begin = ContinuousClock.now
        try process.run()
        self.process.withLock { $0 = process }
        var text = ""
        while text.count(where: { $0 == "\n" }) < 2 {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else {
                throw DaemonError("serve ended: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
            }
            text += String(decoding: data, as: UTF8.self)
        }
        let addresses = text.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
        guard addresses.count == 2 else { throw DaemonError("serve said: \(text)") }
        self.address.withLock { $0 = addresses[0] }
        self.publicAddress.withLock { $0 = addresses[1] }
        return begin.duration(to: .now)
    }

    /// Whether the process is there.
    var isRunning: Bool { self.process.withLock { $0?.isRunning ?? false } }

    /// The number of the process.
    var processID: Int32? { self.process.withLock { $0?.processIdentifier } }

    /// SIGHUP.
    func hangUp() {
        self.process.withLock { process in
            guard let running = process else { return }
            Glibc.kill(running.processIdentifier, SIGHUP)
        }
    }

    /// Waits until the process has ended by itself, at most so long; returns whether it has.
    func waitUntilGone(within seconds: Double) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while self.isRunning {
            guard .now < deadline else { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// What the last start has logged.
    var log: String {
        (try? String(contentsOfFile: self.logFile.withLock { $0 }, encoding: .utf8)) ?? ""
    }

    /// SIGKILL, and waits until it is gone.
    func kill() {
        self.process.withLock { process in
            guard let running = process else { return }
            Glibc.kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }

    /// SIGTERM, and waits; returns the exit code.
    func stop() -> Int32 {
        self.process.withLock { process in
            guard let running = process else { return -1 }
            running.terminate()
            running.waitUntilExit()
            process = nil
            return running.terminationStatus
        }
    }

    /// Runs `signet` on the state directory.
    func run(_ arguments: String...) throws -> ShellResult {
        try shell(signetProgram, arguments + ["--state", self.state])
    }

    /// curl with our root and, unless told otherwise, the admin's token; the status is the last line of the output.
    func curl(_ path: String, _ arguments: [String] = [], withToken: Bool = true) throws -> (
        status: String, body: String
    ) {
        var all = ["--silent", "--show-error", "--cacert", self.root, "--write-out", "\n%{http_code}"]
        if withToken { all += ["--header", "Authorization: Bearer \(try self.token)"] }
        let result = try shell("curl", all + arguments + [self.url + path])
        guard result.status == 0 else { throw DaemonError("curl: \(result.errors)") }
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }
}

struct DaemonError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
