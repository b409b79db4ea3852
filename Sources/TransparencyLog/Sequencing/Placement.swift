// Which entries of the outbox are new to the log, and which index each one gets.

/// Places for entries, in the order of the outbox.
struct Placement: Sendable {
    /// An entry and its place.
    struct Place: Sendable {
        let entry: OutboxEntry
        let leaf: LogHash
        let index: Int
        /// Whether the log has no such content yet.
        let isNew: Bool

        var integrated: IntegratedEntry { IntegratedEntry(id: self.entry.id, leafHash: self.leaf, index: self.index) }
    }

    let places: [Place]

    /// Gives places from an index on; what the log or an earlier entry has already gets the place that it has.
    ///
    /// - Throws: ``LogError`` with `.leaseLost` when the store knows entries from that index on: another has gone on with the
    ///   log, and places given now would be those of a fork.
    init(_ entries: [OutboxEntry], from size: Int, index: any LogIndex) async throws {
        let leaves = entries.map { LogHash.leaf($0.data) }
        var known = try await index.indices(ofLeaves: leaves)
        guard known.values.allSatisfy({ $0 < size }) else {
            throw LogError(
                .leaseLost,
                "the store has entries from \(size) on: another sequencer has gone on with the log"
            )
        }
        var next = size
        self.places = zip(entries, leaves).map { entry, leaf in
            if let index = known[leaf] { return Place(entry: entry, leaf: leaf, index: index, isNew: false) }
            defer { next += 1 }
            known[leaf] = next
            return Place(entry: entry, leaf: leaf, index: next, isNew: true)
        }
    }

    private init(_ places: [Place]) {
        self.places = places
    }

    /// The places up to a size: not one beyond the entry that makes the tree as large.
    func prefix(upTo size: Int) -> Placement {
        guard let beyond = self.places.firstIndex(where: { $0.isNew && $0.index >= size }) else { return self }
        return Placement(Array(self.places[..<beyond]))
    }

    var newPlaces: [Place] { self.places.filter(\.isNew) }
    var lastID: Int64? { self.places.last?.entry.id }
    var integrated: [IntegratedEntry] { self.places.map(\.integrated) }
}
