// Badges of the Agent Name Service: an entry, its status and its proof as one JSON document.

public import JSON
import PKIX

/// The badge of an entry.
public struct AgentBadge: Hashable, Sendable {
    /// The entry.
    public let envelope: LogEnvelope
    /// The status at the moment of reading; nothing signs it.
    public let status: AgentLogStatus?
    /// The proof; nil for an entry that is not integrated yet.
    public let inclusion: LogInclusion?

    /// Creates a badge.
    public init(_ envelope: LogEnvelope, status: AgentLogStatus?, inclusion: LogInclusion?) {
        self.envelope = envelope
        self.status = status
        self.inclusion = inclusion
    }

    /// The document.
    ///
    /// - Parameter identities: the identities that the agent is linked to, when they are known.
    public func value(identities: [JSONValue]? = nil) -> JSONValue {
        .object(present: [
            "schemaVersion": .string(self.envelope.schemaVersion), "status": self.status.map { .string($0.rawValue) },
            "merkleProof": self.inclusion.map { Self.proof($0) }, "payload": self.envelope.payload,
            "signature": self.envelope.signature.map { .string($0) }, "identities": identities.map { .array($0) },
        ])
    }

    static func proof(_ inclusion: LogInclusion) -> JSONValue {
        [
            "leafIndex": .integer(inclusion.index), "treeSize": .integer(inclusion.size),
            "leafHash": .string(inclusion.leafHash.hexadecimal), "rootHash": .string(inclusion.root.base64),
            "path": .array(inclusion.path.map { .string($0.base64) }), "treeVersion": 1,
        ]
    }

    /// Reads the proof of a badge from the wire.
    ///
    /// It is the entry's only if its leaf hash is: compare with that of ``LogEnvelope/entry()``.
    ///
    /// - Throws: ``LogError`` with `.invalidProof`.
    public static func inclusion(of badge: JSONValue) throws(LogError) -> LogInclusion {
        let proof = badge["merkleProof"]
        func integer(_ name: String) -> Int? {
            guard case .number(let text)? = proof?[name] else { return nil }
            return Decimal.decode(text)
        }
        guard let index = integer("leafIndex"), let size = integer("treeSize"),
            let leaf = proof?["leafHash"]?.text.flatMap({ [UInt8](hexadecimal: $0) }).flatMap({ LogHash($0) }),
            let root = proof?["rootHash"]?.text.flatMap({ LogHash(base64: $0) }),
            case .array(let hashes)? = proof?["path"], hashes.count <= Budget.proofHashes
        else { throw LogError(.invalidProof, "the badge has no 'merkleProof' with all of its members") }
        let path = hashes.compactMap { $0.text.flatMap { LogHash(base64: $0) } }
        let inclusion = LogInclusion(
            index: index,
            size: size,
            leafHash: leaf,
            root: root,
            path: path,
            checkpoint: nil
        )
        guard path.count == hashes.count, inclusion.isValid else {
            throw LogError(.invalidProof, "the path of the badge does not lead from its leaf to its root")
        }
        return inclusion
    }
}
