// The checkpoints that a log published, page by page.

/// Walks through a history of checkpoints.
struct CheckpointChain {
    private let identity: LogIdentity
    private let history: (Int?) async throws -> [[UInt8]]
    private var page: ArraySlice<[UInt8]> = []
    private var current: SignedCheckpoint?
    private var lastSize: Int?
    private var isAtEnd = false

    init(identity: LogIdentity, history: @escaping (Int?) async throws -> [[UInt8]]) {
        self.identity = identity
        self.history = history
    }

    /// The checkpoint that comes next; nil at the end.
    mutating func next(_ report: inout VerificationReport) async throws -> SignedCheckpoint? {
        while self.current == nil, !self.isAtEnd {
            guard let bytes = self.page.popFirst() else {
                self.page = try await self.history(self.lastSize)[...]
                self.isAtEnd = self.page.isEmpty
                continue
            }
            do {
                let read = try self.identity.checkpoint(bytes)
                if let last = self.lastSize, read.size <= last {
                    report.found("the history has a checkpoint of \(read.size) entries after one of \(last)")
                    self.isAtEnd = true
                } else {
                    self.current = read
                    self.lastSize = read.size
                }
            } catch { report.found("a checkpoint of the history: \(error.reason)") }
        }
        return self.current
    }

    mutating func advance() {
        self.current = nil
    }
}
