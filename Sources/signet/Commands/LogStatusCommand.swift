// signet log status: what the log has published, and who has cosigned it.

import ArgumentParser
import Foundation
import TransparencyLog

struct LogStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the published checkpoint, the log's keys, and which witnesses have cosigned.",
        discussion: "From the log's files; the daemon need not run. Whether it publishes now is at its /readyz."
    )

    @OptionGroup var state: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// What is printed.
    private struct Status: Encodable {
        struct Witness: Encodable {
            let name: String
            let url: String
            let cosigned: String?
        }

        let origin: String
        let size: Int?
        let rootHash: String?
        let keys: [String]
        let required: Int
        let witnesses: [Witness]
    }

    func run() async throws {
        try await signet.run {
            let (files, layout) = try await LogCommand.files(self.state)
            let configured = try await SignetConfiguration(layout, flags: [:]).witnesses
            let published = try await files.storage.checkpoint().map { try files.identity.checkpoint($0) }
            let status = Status(
                origin: files.identity.origin,
                size: published?.size,
                rootHash: published?.root.base64,
                keys: files.identity.keys.map(\.description),
                required: configured.policy.required,
                witnesses: configured.endpoints.map { witness in
                    Status.Witness(
                        name: witness.key.name,
                        url: witness.address,
                        cosigned: published.flatMap { Self.time(of: witness.key, on: $0) }
                    )
                }
            )
            if self.json { try printJSON(status) } else { Self.show(status) }
        }
    }

    /// When a witness has cosigned a checkpoint.
    private static func time(of key: VerifierKey, on checkpoint: SignedCheckpoint) -> String? {
        guard let line = checkpoint.note.signatures.first(where: { key.matches($0) }),
            key.isValid(line, over: checkpoint.note.text), let time = Cosignature(blob: line.blob)?.time
        else { return nil }
        return Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
    }

    private static func show(_ status: Status) {
        print("log \(status.origin)")
        print(
            status.size.map { "checkpoint of \($0) entries, root \(status.rootHash ?? "")" }
                ?? "nothing is published yet"
        )
        for key in status.keys { print("key \(key)") }
        for witness in status.witnesses {
            print("witness \(witness.name): \(witness.cosigned.map { "cosigned at \($0)" } ?? "has not cosigned it")")
        }
        if !status.witnesses.isEmpty { print("\(status.required) of \(status.witnesses.count) witnesses are required") }
    }
}
