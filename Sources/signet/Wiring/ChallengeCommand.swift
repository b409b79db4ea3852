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
    /// How long a call may take, its turn included: less than an order is worked at.
    private let patience = Duration.seconds(60)
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
        // Those before it are part of its time: what is late is no help to an order any more.
        let deadline = ContinuousClock.now + self.patience
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try self.runToEnd(action, file, deadline) }) }
        }
    }

    private func runToEnd(_ action: String, _ file: ChallengeFile, _ deadline: ContinuousClock.Instant) throws {
        let call = "acme.httpCommand: \(self.program) \(action) for \(file.host)"
        guard .now < deadline else { throw ConfigurationError("\(call) had no turn within \(self.patience)") }
        let process = try self.spawn(action, file)
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            guard ended == 0 || errno == EINTR else {
                throw ConfigurationError("\(call): \(String(cString: strerror(errno)))")
            }
            guard .now < deadline else {
                // With whatever it has started: a process group of its own.
                kill(-process, SIGKILL)
                waitpid(process, &status, 0)
                throw ConfigurationError("\(call) did not end within \(self.patience)")
            }
            usleep(10_000)
        }
        guard status == 0 else {
            let signal = status & 0x7F
            let how = signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
            throw ConfigurationError("\(call) ended with \(how)")
        }
    }

    /// Starts the program, with standard error of ours; other descriptors of ours close by themselves.
    ///
    /// By posix_spawn: Foundation's `Process` waits for everyone who inherits its descriptors, and passes blocked signals on.
    private func spawn(_ action: String, _ file: ChallengeFile) throws(ConfigurationError) -> pid_t {
        var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var (none, defaults) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&defaults)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let settings = [
            "PATH=\(SystemEnvironment.variable("PATH") ?? "/usr/bin:/bin")", "SIGNET_CHALLENGE_HOST=\(file.host)",
            "SIGNET_CHALLENGE_PATH=\(file.path)", "SIGNET_CHALLENGE_CONTENT=\(file.content)",
        ]
        let environment: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) }
        let words: [String] = [self.program, action]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for text in environment + arguments { free(text) } }
        var process = pid_t()
        let error = posix_spawn(&process, self.program, &actions, &attributes, arguments + [nil], environment + [nil])
        guard error == 0 else {
            throw ConfigurationError(
                "acme.httpCommand: \(self.program) cannot be run: \(String(cString: strerror(error)))"
            )
        }
        return process
    }
}
