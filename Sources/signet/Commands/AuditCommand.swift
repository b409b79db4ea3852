// signet audit: the log of who did what.

import ArgumentParser
import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import Persistence

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read and verify the audit log.",
        subcommands: [Verify.self, List.self]
    )

    /// Entries read at once.
    private static let page = 1_000

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the hash chain and find the first broken link.",
            discussion: """
                Exit code 0 when the chain holds, 1 when it is broken. Keep the head that it prints somewhere else: with
                --expect a later run also notices a log that was cut short or written anew.
                """
        )

        @OptionGroup var state: StateOptions

        @Option(help: "SEQUENCE:HASH, a head that an earlier run printed: the log must contain it.")
        var expect: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                let expected = try self.expect.map(AuditHead.init(text:))
                try await withStore(self.state) { store in
                    var verifier = AuditVerifier()
                    while true {
                        let entries = try await store.entries(after: verifier.lastSequence, limit: AuditCommand.page)
                        guard !entries.isEmpty else { break }
                        for entry in entries {
                            try verifier.check(entry)
                            if let expected, entry.sequence == expected.sequence {
                                try verifier.finish(expecting: expected)
                            }
                        }
                    }
                    if let expected, expected.sequence > verifier.lastSequence {
                        try verifier.finish(expecting: expected)
                    }
                    try self.show(verifier)
                }
            }
        }

        private func show(_ verifier: AuditVerifier) throws {
            let head = verifier.head.map { "\($0.sequence):\($0.hash.hexadecimal)" } ?? "0:"
            if self.json { return try printJSON(["entries": "\(verifier.count)", "head": head]) }
            print("\(verifier.count) entries, the chain holds; head \(head)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print entries, oldest first.")

        @OptionGroup var state: StateOptions

        @Option(help: "Only entries after this sequence number.")
        var after: Int64 = 0

        @Option(help: "At most so many entries.")
        var limit = 100

        @Flag(help: "Print JSON, one entry a line.")
        var json = false

        func run() async throws {
            try await signet.run {
                try await withStore(self.state) { store in
                    let entries = try await store.entries(
                        after: self.after,
                        limit: max(0, min(self.limit, AuditCommand.page))
                    )
                    for document in entries.map(AuditEntryDocument.init) { try self.show(document) }
                }
            }
        }

        private func show(_ entry: AuditEntryDocument) throws {
            guard !self.json else {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return print(String(decoding: try encoder.encode(entry), as: UTF8.self))
            }
            let details = entry.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(
                separator: " "
            )
            print(
                "\(entry.sequence) \(entry.at) \(entry.actor) \(entry.action) \(entry.object) \(entry.result) \(details)"
            )
        }
    }
}

extension AuditHead {
    fileprivate init(text: String) throws {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let sequence = Int64(parts[0]), let hash = [UInt8](hexadecimal: parts[1]),
            hash.count == 32
        else { throw ConfigurationError("--expect: '\(text)' is not of the form SEQUENCE:HASH") }
        self.init(sequence: sequence, hash: hash)
    }
}

/// Opens the store of a state directory beside a daemon that may be running.
func withStore(_ state: StateOptions, _ body: (SQLiteStore) async throws -> Void) async throws {
    let layout = try state.existingLayout()
    let store = try SQLiteStore(path: layout.database, creating: false, clock: SystemEnvironment.clock)
    do {
        try await body(store)
        await store.close()
    } catch {
        await store.close()
        throw error
    }
}
