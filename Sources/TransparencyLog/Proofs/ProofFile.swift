// Proofs that verify offline (C2SP tlog-proof): an index, a path and a checkpoint in one text.

/// A proof file: `c2sp.org/tlog-proof@v1`.
public struct ProofFile: Hashable, Sendable {
    private static let header = "c2sp.org/tlog-proof@v1"

    /// The entry's index.
    public let index: Int
    /// The path from the leaf's sibling up.
    public let path: [LogHash]
    /// The checkpoint, with its cosignatures.
    public let checkpoint: SignedCheckpoint
    /// What the application adds; nothing vouches for it.
    public let extra: [UInt8]?

    /// Creates a proof.
    public init(index: Int, path: [LogHash], checkpoint: SignedCheckpoint, extra: [UInt8]? = nil) {
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
        self.extra = extra
    }

    /// Reads a proof strictly.
    ///
    /// - Throws: ``LogError`` with `.invalidProof` or `.malformedNote`.
    public init(_ bytes: [UInt8]) throws(LogError) {
        let newline = UInt8(ascii: "\n")
        guard bytes.count <= Budget.proofFileBytes,
            let end = bytes.indices.dropFirst().first(where: { bytes[$0] == newline && bytes[$0 - 1] == newline })
        else { throw Self.malformed("it has no empty line before its checkpoint, or is too long") }
        var lines = bytes[..<(end - 1)].split(separator: newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard lines.popFirst() == Self.header else { throw Self.malformed("it does not begin with \(Self.header)") }
        var extra: [UInt8]?
        if let line = lines.first, line.hasPrefix("extra ") {
            guard let decoded = Base64.decode(line.dropFirst(6)) else { throw Self.malformed("'extra' is no base64") }
            extra = decoded
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), line.hasPrefix("index "), let index = Decimal.decode(line.dropFirst(6))
        else {
            throw Self.malformed("its index is missing or no decimal number")
        }
        let path = lines.compactMap { LogHash(base64: $0) }
        guard path.count == lines.count, path.count <= Budget.proofHashes else {
            throw Self.malformed("its path is not of at most \(Budget.proofHashes) hashes in base64")
        }
        let checkpoint = try SignedCheckpoint(Array(bytes[(end + 1)...]))
        self.init(index: index, path: path, checkpoint: checkpoint, extra: extra)
    }

    /// The text.
    public var bytes: [UInt8] {
        var text = "\(Self.header)\n"
        if let extra = self.extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(self.index)\n"
        for hash in self.path { text += "\(hash.base64)\n" }
        return Array("\(text)\n".utf8) + self.checkpoint.bytes
    }

    /// Verifies that a log that is trusted holds an entry, and that enough witnesses have seen it.
    ///
    /// - Parameters:
    ///   - leaf: the leaf hash of the entry that the caller has.
    ///   - quorum: how many of the witnesses must have cosigned.
    /// - Throws: ``LogError`` with `.untrustedNote`, `.notWitnessed` or `.invalidProof`.
    public func verify(
        leaf: LogHash,
        log: LogIdentity,
        witnesses: [VerifierKey] = [],
        quorum: Int = 0
    ) throws(LogError) {
        try log.check(self.checkpoint)
        if quorum > 0 {
            let signers = try self.checkpoint.note.signers(among: log.keys + witnesses)
            // A public key counts once, under however many names.
            let count = Set(signers.filter { $0.algorithm == .cosignature && witnesses.contains($0) }.map(\.publicKey))
                .count
            guard count >= quorum else {
                throw LogError(.notWitnessed, "\(count) witnesses cosigned the checkpoint; \(quorum) are demanded")
            }
        }
        let (size, root) = (self.checkpoint.size, self.checkpoint.root)
        guard MerkleInclusion.isValid(leaf: leaf, index: self.index, size: size, root: root, path: self.path) else {
            throw LogError(.invalidProof, "the path does not lead from this entry to the checkpoint's root")
        }
    }

    private static func malformed(_ reason: String) -> LogError { LogError(.invalidProof, "no tlog-proof: \(reason)") }
}
