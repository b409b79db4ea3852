// signet log: the transparency log, verified and asked for proofs.

import ArgumentParser
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import TransparencyLog

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Verify the transparency log, make proofs that hold offline, and follow anyone's log.",
        subcommands: [Verify.self, Prove.self, LogStatusCommand.self, LogFollowCommand.self]
    )

    /// Checkpoints of the history read at once.
    private static let page = 1_000

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the whole log again: entries, tiles, checkpoints, and the store against the log.",
            discussion: """
                Exit code 0 when everything is as it should be, 1 when there are faults. The daemon may be running: what it
                publishes meanwhile is left out.
                """
        )

        @OptionGroup var state: StateOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                let (files, layout) = try await LogCommand.files(self.state)
                try await withStore(self.state) { store in
                    let verifier = LogVerifier(storage: files.storage, identity: files.identity)
                    var report = try await verifier.run(
                        history: { try await store.checkpoints(after: $0, limit: LogCommand.page) },
                        visit: { index, _, leaf in
                            try await store.indices(ofLeaves: [leaf])[leaf] == index
                                ? nil : "the store does not know the entry \(index)"
                        }
                    )
                    try await Self.compare(store, files, &report)
                    for act in try await store.unloggedActs(limit: LogCommand.page) {
                        report.found("\(act) is in the store and was never told to the log")
                    }
                    try self.show(report, layout)
                }
            }
        }

        /// The store against the log: what the store calls integrated is what the log has.
        private static func compare(
            _ store: SQLiteStore,
            _ files: LogFiles,
            _ report: inout VerificationReport
        ) async throws {
            guard let record = try await store.lastRecord() else { return }
            guard let bytes = try await files.storage.checkpoint() else { return }
            let published = try files.identity.checkpoint(bytes)
            guard record.size <= published.size else {
                return report.found(
                    "the store knows \(record.size) entries, the published checkpoint \(published.size)"
                )
            }
            let snapshot = try await LogProofs(storage: files.storage, identity: files.identity).snapshot()
            var last: Int64 = 0
            while last < record.lastID {
                let (page, unreadable) = try await store.loggedEntries(after: last, limit: LogCommand.page)
                let entries = page.filter { $0.id <= record.lastID }
                try await Self.compare(entries, store, snapshot, &report)
                if let unreadable, unreadable <= record.lastID {
                    report.found("what the store says of the outbox's entry \(unreadable) cannot be read any more")
                    last = unreadable
                } else {
                    guard let end = page.last?.id else { break }
                    last = end
                }
            }
        }

        /// One page of the outbox, with each bundle of the log decoded once.
        private static func compare(
            _ entries: [OutboxEntry],
            _ store: SQLiteStore,
            _ snapshot: LogSnapshot,
            _ report: inout VerificationReport
        ) async throws {
            let places = try await store.integrations(of: entries.map(\.id))
            let indices = Dictionary(uniqueKeysWithValues: places.map { ($0.id, $0.index) })
            let size = snapshot.checkpoint.size
            let logged = try await snapshot.entries(indices.values.filter { $0 < size })
            for entry in entries {
                guard let index = indices[entry.id] else {
                    report.found("the outbox's entry \(entry.id) has no place in the log")
                    continue
                }
                if logged[index] != entry.data {
                    report.found("the log's entry \(index) is not what the store says of \(entry.id)")
                }
            }
        }

        private func show(_ report: VerificationReport, _ layout: StateLayout) throws {
            if self.json {
                try printJSON([
                    "entries": "\(report.entries)", "tiles": "\(report.tiles)", "checkpoints": "\(report.checkpoints)",
                    "faults": "\(report.faultCount)", "first": report.faults.first ?? "",
                ])
            } else {
                print(
                    "\(report.entries) entries, \(report.tiles) tiles, \(report.checkpoints) checkpoints, "
                        + "\(report.faultCount) faults"
                )
                for fault in report.faults { print("fault: \(fault)") }
            }
            if !report.isSound { throw ExitCode.failure }
        }
    }

    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a proof that an entry is in the log, which verifies offline (C2SP tlog-proof).",
            discussion: "The newest entry about the subject is proven, unless --index names one."
        )

        @OptionGroup var state: StateOptions

        @Option(help: "The entry's index.")
        var index: Int?

        @Option(help: "A certificate's serial number.")
        var serial: String?

        @Option(help: "An agent's id.")
        var agent: String?

        @Option(help: "An identity's id.")
        var identity: String?

        func run() async throws {
            try await signet.run {
                let (files, _) = try await LogCommand.files(self.state)
                try await withStore(self.state) { store in
                    let index = try await self.place(store)
                    let proofs = LogProofs(storage: files.storage, identity: files.identity)
                    FileHandle.standardOutput.write(Data(try await proofs.proofFile(of: index).bytes))
                }
            }
        }

        private func place(_ store: SQLiteStore) async throws -> Int {
            let subject: LogSubject
            switch (self.index, self.serial, self.agent, self.identity) {
            case (let index?, nil, nil, nil): return index
            case (nil, let serial?, nil, nil): subject = .serialNumber(try SerialNumber(hexadecimal: serial))
            case (nil, nil, let agent?, nil): subject = .agent(agent)
            case (nil, nil, nil, let identity?): subject = .identity(identity)
            default: throw ConfigurationError("say one of --index, --serial, --agent, --identity")
            }
            guard let last = try await store.entries(about: subject, limit: 1).first else {
                throw LogError(.notFound, "the log has no entry about it, or not yet")
            }
            return last.index
        }
    }

    /// The log of a state directory.
    static func files(_ state: StateOptions) async throws -> (LogFiles, StateLayout) {
        let layout = try state.existingLayout()
        let definitions = try Definitions(hierarchy: layout.hierarchy)
        let configuration = try await SignetConfiguration(
            file: layout.configuration,
            directory: layout.directory,
            flags: [:],
            environment: SystemEnvironment.variables
        )
        return (try LogFiles(layout, definitions.hierarchy, publicURL: configuration.publicURL), layout)
    }
}
