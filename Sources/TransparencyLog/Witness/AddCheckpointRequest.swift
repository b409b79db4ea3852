// What a log sends to a witness (C2SP tlog-witness, add-checkpoint): the size that the witness knows, the proof from there,
// and the checkpoint.

/// The body of `POST /add-checkpoint`.
public struct AddCheckpointRequest: Hashable, Sendable {
    /// The size that the log believes the witness to know.
    public let oldSize: Int
    /// The consistency proof from that size.
    public let path: [LogHash]
    /// The note of the checkpoint.
    public let checkpoint: SignedCheckpoint

    /// Creates a request.
    public init(oldSize: Int, path: [LogHash], checkpoint: SignedCheckpoint) {
        self.oldSize = oldSize
        self.path = path
        self.checkpoint = checkpoint
    }

    /// Reads a body strictly.
    ///
    /// - Throws: ``LogError`` with `.invalidProof` or `.malformedNote`.
    public init(_ bytes: [UInt8]) throws(LogError) {
        let newline = UInt8(ascii: "\n")
        guard bytes.count <= Budget.witnessRequestBytes,
            let end = bytes.indices.dropFirst().first(where: { bytes[$0] == newline && bytes[$0 - 1] == newline })
        else { throw LogError(.invalidProof, "the request has no empty line before the checkpoint, or is too long") }
        var lines = bytes[..<(end - 1)].split(separator: newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard let first = lines.popFirst(), first.hasPrefix("old "), let oldSize = Decimal.decode(first.dropFirst(4))
        else {
            throw LogError(.invalidProof, "the first line must be 'old', a space and a size as a decimal number")
        }
        let path = lines.compactMap { LogHash(base64: $0) }
        guard path.count == lines.count, path.count <= Budget.proofHashes else {
            throw LogError(
                .invalidProof,
                "the proof must be at most \(Budget.proofHashes) hashes in base64, one a line"
            )
        }
        self.init(oldSize: oldSize, path: path, checkpoint: try SignedCheckpoint(Array(bytes[(end + 1)...])))
    }

    /// The body.
    public var bytes: [UInt8] {
        let lines = ["old \(self.oldSize)"] + self.path.map(\.base64) + [""]
        return Array(lines.map { $0 + "\n" }.joined().utf8) + self.checkpoint.bytes
    }
}

/// An answer of a witness.
public struct WitnessAnswer: Hashable, Sendable {
    /// `text/x.tlog.size`: the type of an answer that says what size the witness knows.
    public static let sizeMediaType = "text/x.tlog.size"

    /// The status code of HTTP.
    public let status: Int
    /// The media type, if there is one.
    public let contentType: String?
    /// The body.
    public let body: [UInt8]

    /// Creates an answer.
    public init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
