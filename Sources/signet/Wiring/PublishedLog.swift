// The log for those who verify agents: each entry is proven with what anyone can read, before it is believed.

import PKIX
import TransparencyLog
import Verification

/// Our published log and where the store has things in it.
struct PublishedLog: LogInclusionChecking {
    private let identity: LogIdentity
    private let proofs: LogProofs
    private let lookup: any LogLookup

    /// Reads the log of these files.
    init(_ files: LogFiles, lookup: any LogLookup) {
        self.init(storage: files.storage, identity: files.identity, lookup: lookup)
    }

    init(storage: any TileStorage, identity: LogIdentity, lookup: any LogLookup) {
        self.identity = identity
        self.proofs = LogProofs(storage: storage, identity: identity)
        self.lookup = lookup
    }

    var origin: String { self.identity.origin }

    func entries(ofCertificate serialNumber: SerialNumber) async throws(LogFailure) -> [ProvenEntry] {
        try await self.entries(about: .serialNumber(serialNumber), limit: Verification.Budget.logEntries)
    }

    func lastEntry(ofAgent id: String) async throws(LogFailure) -> ProvenEntry? {
        try await self.entries(about: .agent(id), limit: 1).first
    }

    private func entries(about subject: LogSubject, limit: Int) async throws(LogFailure) -> [ProvenEntry] {
        var entries: [ProvenEntry] = []
        do {
            for place in try await self.lookup.entries(about: subject, limit: limit) {
                entries.append(try await self.proven(place))
            }
        } catch let failure as LogFailure {
            throw failure
        } catch let error as LogError where error.isFatal || error.code == .invalidProof {
            throw LogFailure(.contradiction, "the log contradicts itself: \(error.reason)")
        } catch {
            // What the store or the disk says is for their operator.
            throw LogFailure(.unavailable, "it cannot be read, or has not published the entry yet; ask again")
        }
        return entries
    }

    private func proven(_ place: IntegratedEntry) async throws -> ProvenEntry {
        let content = try await self.proofs.entry(place.index)
        let leaf = LogHash.leaf(content)
        guard leaf == place.leafHash else {
            throw LogFailure(.contradiction, "the log has another content at \(place.index) than the records say")
        }
        let proof = try await self.proofs.proofFile(of: place.index)
        try proof.verify(leaf: leaf, log: self.identity)
        return ProvenEntry(
            index: place.index,
            content: content,
            leafHash: leaf.bytes,
            treeSize: proof.checkpoint.size,
            rootHash: proof.checkpoint.root.bytes
        )
    }
}
