// Witnesses in config.yaml: those that cosign our log (`log.witnesses`), and the logs that we cosign (`witness`).

import PKIX
import TransparencyLog

/// Who cosigns our log, and how many must.
struct LogWitnesses: Sendable {
    /// Witnesses at most: with the log's own signatures, half of what a note may have.
    private static let limit = 30

    let endpoints: [WitnessEndpoint]
    let policy: WitnessPolicy

    /// Nobody.
    static let none = LogWitnesses()

    private init() {
        (self.endpoints, self.policy) = ([], WitnessPolicy())
    }

    /// Reads `log.witnesses`.
    ///
    /// - Throws: `PKIXError`; the reason names file, line and key.
    init(_ definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["required", "patience", "known"])
        var endpoints: [WitnessEndpoint] = []
        let known = definition["known"]
        for name in known?.keys ?? [] {
            guard let witness = known?[name] else { continue }
            try witness.requireKeys(["url", "key"])
            let key = try witness.required("key").verifierKey()
            guard key.algorithm == .cosignature else {
                throw witness.error("the key of a witness is of type 4 (cosignature)")
            }
            guard !endpoints.contains(where: { $0.key.publicKey == key.publicKey }) else {
                throw witness.error("a second witness with the same key")
            }
            endpoints.append(WitnessEndpoint(address: try witness.required("url").prefixAddress(), key: key))
        }
        guard endpoints.count <= Self.limit else { throw definition.error("at most \(Self.limit) witnesses are asked") }
        let required = try definition["required"]?.integer(in: 0...Self.limit) ?? 0
        guard required <= endpoints.count else {
            throw definition.error("\(required) witnesses are required, and \(endpoints.count) are known")
        }
        let patience = try definition["patience"]?.integer(in: 100...30_000) ?? 2_000
        self.endpoints = endpoints
        self.policy = WitnessPolicy(required: required, patience: .milliseconds(patience))
    }
}

/// The logs that this witness cosigns.
struct WitnessDefinition: Sendable {
    static let defaultListener = "http://127.0.0.1:8082"

    /// Where it listens, as it is written.
    let listen: String
    /// The name of its key.
    let name: String
    let logs: [LogIdentity]

    /// Reads the section `witness`.
    ///
    /// - Throws: `PKIXError`; the reason names file, line and key.
    init(_ definition: Definition) throws(PKIXError) {
        try definition.requireKeys(["listen", "name", "logs"])
        self.listen = try definition["listen"]?.text() ?? Self.defaultListener
        self.name = try definition.required("name").text()
        var logs: [LogIdentity] = []
        let all = definition["logs"]
        for name in all?.keys ?? [] {
            guard let log = all?[name] else { continue }
            let identity = try Self.identity(log)
            guard !logs.contains(where: { $0.origin.utf8.elementsEqual(identity.origin.utf8) }) else {
                throw log.error("a second log with the origin '\(identity.origin)'")
            }
            logs.append(identity)
        }
        self.logs = logs
    }

    private static func identity(_ log: Definition) throws(PKIXError) -> LogIdentity {
        try log.requireKeys(["origin", "keys"])
        var keys: [VerifierKey] = []
        for key in try log.required("keys").list() { keys.append(try key.verifierKey()) }
        guard let first = keys.first, keys.allSatisfy({ $0.algorithm != .cosignature }) else {
            throw log.error("at least one key of the log, of type 1 (Ed25519) or 2 (ECDSA), is needed")
        }
        return LogIdentity(origin: try log["origin"]?.text() ?? first.name, keys: keys)
    }
}

extension Definition {
    /// A verifier key (C2SP signed-note).
    fileprivate func verifierKey() throws(PKIXError) -> VerifierKey {
        let text = try self.text()
        do throws(LogError) { return try VerifierKey(text) } catch { throw self.error(error.reason) }
    }

    /// `https://HOST…` or, since every answer is verified by its signature, `http://HOST…`; without a slash at the end.
    fileprivate func prefixAddress() throws(PKIXError) -> String {
        let text = try self.text()
        guard let address = HTTPPrefix(text) else {
            throw self.error("'\(text)' is not of the form https://HOST[:PORT][/PATH]")
        }
        return address.text
    }
}
