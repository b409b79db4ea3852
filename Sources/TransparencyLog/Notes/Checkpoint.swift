// Checkpoints (C2SP tlog-checkpoint): the text of a note that states a log's size and root.

/// What a log says of itself at a size.
public struct Checkpoint: Hashable, Sendable {
    /// Which log: a URL without its scheme, as a rule.
    public let origin: String
    /// How many entries it has.
    public let size: Int
    /// The root of the tree of that size.
    public let root: LogHash
    /// Lines of the log's own beneath the root; they mean nothing to us.
    public let extensions: [String]

    /// Creates a checkpoint.
    public init(origin: String, size: Int, root: LogHash, extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads a note's text.
    ///
    /// - Throws: ``LogError`` with `.malformedNote`.
    public init(text: [UInt8]) throws(LogError) {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        // "The note text is a sequence of at least three non-empty lines".
        guard lines.popLast() == "", lines.count >= 3, !lines.contains("") else {
            throw LogError(.malformedNote, "a checkpoint is at least three lines, none of them empty")
        }
        guard let size = Decimal.decode(lines[1]) else {
            throw LogError(.malformedNote, "the second line of a checkpoint is its size as a decimal number")
        }
        guard let root = LogHash(base64: lines[2]) else {
            throw LogError(.malformedNote, "the third line of a checkpoint is its root, 32 octets in base64")
        }
        self.init(origin: lines[0], size: size, root: root, extensions: Array(lines.dropFirst(3)))
    }

    /// The text that is signed.
    public var text: [UInt8] {
        let lines = [self.origin, String(self.size), self.root.base64] + self.extensions
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    /// Checks that this checkpoint can follow another of its log: nothing of the past is gone or changed.
    ///
    /// - Parameter path: The consistency proof from the previous size to this one.
    /// - Throws: ``LogError`` with `.inconsistent`.
    public func check(follows previous: Checkpoint, path: [LogHash]) throws(LogError) {
        guard self.origin.utf8.elementsEqual(previous.origin.utf8) else {
            throw LogError(.inconsistent, "a checkpoint of '\(self.origin)' cannot follow one of '\(previous.origin)'")
        }
        guard self.size >= previous.size else {
            throw LogError(.inconsistent, "a checkpoint of \(self.size) entries cannot follow one of \(previous.size)")
        }
        guard
            MerkleConsistency.isValid(
                from: previous.size,
                root: previous.root,
                to: self.size,
                root: self.root,
                path: path
            )
        else {
            throw LogError(
                .inconsistent,
                "the root \(self.root) of \(self.size) entries does not go on from \(previous.root) of \(previous.size)"
            )
        }
    }
}
