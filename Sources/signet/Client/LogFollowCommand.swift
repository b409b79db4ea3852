// signet log follow: a monitor of anyone's log.

import AgentClient
import ArgumentParser
import AtomicFiles
import Foundation
import JSON
import Persistence
import Synchronization
import TransparencyLog

struct LogFollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Follow a log: check that its past never changes, and tell of names.",
        discussion: """
            Reads a log's checkpoint, proves that it goes on from the one that was seen before, reads every new entry, proven to be \
            in the log, and prints those that are about the names. What is known is kept in a directory; entries are told at \
            least once. A log that changed its past is refused for good, and both signed checkpoints are kept as fork-….txt.

              signet log follow --log https://ca.example --key 'ca.example+…' --keep DIR --name '*.example.com' --once

            A name stands for the host in certificates, wildcards over it, and ANS names; '*.NAME' for everything below NAME. \
            Without --name every entry is told. With --witness, checkpoints need cosignatures: of all, or of --quorum.
            Exit codes: 0 done, 1 the log cannot be read or believed now, 2 configuration or usage, 3 the log has changed or \
            lost its past.
            """
    )

    /// The log has changed its past.
    private static let forked = ExitCode(3)

    @Option(
        help: ArgumentHelp("The log: the address before /checkpoint, or a directory with its files.", valueName: "log")
    )
    var log: String

    @Option(help: ArgumentHelp("A key of the log, as /root-keys shows it; may be repeated.", valueName: "key"))
    var key: [String] = []

    @Option(help: ArgumentHelp("The log's origin, when it is not the name of its key.", valueName: "origin"))
    var origin: String?

    @Option(help: ArgumentHelp("The key of a witness; may be repeated.", valueName: "key"))
    var witness: [String] = []

    @Option(help: ArgumentHelp("How many witnesses must have cosigned; all, unless said.", valueName: "number"))
    var quorum: Int?

    @Option(help: ArgumentHelp("Where is kept what is known of the log.", valueName: "dir"), completion: .directory)
    var keep: String

    @Option(help: ArgumentHelp("A name to tell of, or *.NAME; may be repeated.", valueName: "name"))
    var name: [String] = []

    @Flag(help: "Go on to the present checkpoint and end, for cron.")
    var once = false

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var interval = 60

    @Option(help: ArgumentHelp("Seconds to wait for one answer.", valueName: "seconds"))
    var timeout = 30

    @Flag(help: "Print a JSON object a line: each entry, and at the end of each look the checkpoint.")
    var json = false

    func validate() throws {
        guard !self.key.isEmpty else { throw ValidationError("give the log's key: --key KEY") }
        guard (1...86_400).contains(self.interval) else { throw ValidationError("--interval is from 1 to 86400") }
        guard (1...600).contains(self.timeout) else { throw ValidationError("--timeout is from 1 to 600") }
        guard self.name.count <= TransparencyLog.Budget.watchedNames else {
            throw ValidationError("at most \(TransparencyLog.Budget.watchedNames) names are watched")
        }
        if let quorum {
            guard (0...self.witness.count).contains(quorum) else { throw ValidationError("--quorum is too high") }
        }
    }

    func run() async throws {
        try await runClient {
            let keys: [VerifierKey]
            let witnesses: [VerifierKey]
            let names: [WatchedName]
            do {
                keys = try self.key.map { try VerifierKey($0) }
                witnesses = try self.witness.map { try VerifierKey($0) }
                names = try self.name.map { try WatchedName($0) }
            } catch let error as LogError { throw AgentClientError(.invalidConfiguration, error.reason) }
            let store = try FileFollowerStore(directory: self.keep)
            let lock = try StateDirectoryLock(directory: self.keep)
            defer { withExtendedLifetime(lock) {} }
            let follower = LogFollower(
                storage: try self.source(),
                identity: LogIdentity(origin: self.origin ?? keys[0].name, keys: keys),
                witnesses: witnesses,
                quorum: self.quorum ?? witnesses.count,
                store: store
            )
            try await self.follow(follower, names)
        }
    }

    private func source() throws -> any TileSource {
        if let prefix = HTTPPrefix(self.log) { return RemoteTiles(prefix: prefix, timeout: .seconds(self.timeout)) }
        guard AtomicFile.exists("\(self.log)/checkpoint") else {
            throw AgentClientError(
                .invalidConfiguration,
                "--log \(self.log) is neither an address (https://HOST) nor a directory with a checkpoint"
            )
        }
        return try FileTileStorage(directory: self.log)
    }

    private func follow(_ follower: LogFollower, _ names: [WatchedName]) async throws {
        while true {
            do {
                try await self.look(follower, names)
            } catch let error as LogError where error.code == .inconsistent || error.code == .rolledBack {
                Progress.write("THE LOG HAS CHANGED OR LOST ITS PAST: \(error.reason.printable(limit: 1_000))")
                Progress.write("what proves it is kept in \(self.keep)")
                throw Self.forked
            } catch {
                guard !self.once else { throw error }
                Progress.write("error: \("\(error)".printable(limit: 1_000)); trying again in \(self.interval) s")
            }
            guard !self.once else { return }
            try await SystemEnvironment.sleep(.seconds(self.interval))
        }
    }

    private func look(_ follower: LogFollower, _ names: [WatchedName]) async throws {
        let told = Mutex(0)
        let unreadable = Mutex(0)
        let state = try await follower.run(
            watches: { _, entry in
                guard !names.isEmpty else { return true }
                guard let summary = LogEntrySummary(entry) else {
                    unreadable.withLock { $0 += 1 }
                    return false
                }
                return summary.names.contains { name in names.contains { $0.matches(name) } }
            },
            tell: { entry in
                told.withLock { $0 += 1 }
                self.show(entry)
            }
        )
        let (count, unknown) = (told.withLock { $0 }, unreadable.withLock { $0 })
        guard let checkpoint = state.checkpoint else { return }
        if self.json {
            self.printLine([
                "size": .integer(checkpoint.size), "rootHash": .string(checkpoint.root.base64),
                "told": .integer(count), "unreadable": .integer(unknown),
            ])
        } else {
            Progress.show("\(checkpoint.size) entries, \(count) told, \(unknown) of unknown form")
        }
    }

    private func show(_ entry: WatchedEntry) {
        let summary = LogEntrySummary(entry.entry)
        if self.json {
            self.printLine(summary?.value(index: entry.index) ?? ["index": .integer(entry.index), "eventType": .null])
        } else if let summary {
            let parts = [
                "\(entry.index)", summary.timestamp ?? "-", summary.eventType,
                summary.serialNumber ?? summary.agentID ?? "-",
            ]
            self.printLine((parts + summary.names).joined(separator: " "))
        } else {
            self.printLine("\(entry.index) - entry of unknown form, \(entry.entry.count) octets")
        }
    }

    private func printLine(_ value: JSONValue) {
        FileHandle.standardOutput.write(Data(value.serialized + [UInt8(ascii: "\n")]))
    }

    /// What stands in a log may be anyone's.
    private func printLine(_ text: String) {
        FileHandle.standardOutput.write(Data("\(text.printable(limit: 4_000))\n".utf8))
    }
}
