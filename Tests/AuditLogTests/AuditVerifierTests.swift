import AuditLog
import Testing

@Suite("The audit check")
struct AuditVerifierTests {
    /// What is done to a good log of ten, the code and the sequence that the check must name.
    static let attacks: [(String, @Sendable ([AuditEntry]) -> [AuditEntry], AuditError.Code, Int64)] = [
        ("first removed", { Array($0.dropFirst()) }, .gap, 1),
        ("one removed", { $0.removing(at: 4) }, .gap, 5),
        ("several removed", { Array($0[..<3] + $0[6...]) }, .gap, 4),
        ("two swapped", { $0.swapping(4, 5) }, .gap, 5),
        ("one twice", { $0.inserting($0[4], at: 5) }, .order, 6),
        ("an old one again at the end", { $0 + [$0[2]] }, .order, 11),
        ("removed and renumbered", { renumbered($0.removing(at: 4)) }, .previousHashDiffers, 5),
        ("inserted and renumbered", { renumbered($0.inserting(forged, at: 4)) }, .previousHashDiffers, 5),
        (
            "inserted with right link", { renumbered(linked($0.inserting(forged, at: 4), at: 4)) },
            .previousHashDiffers, 6
        ),
        ("content changed", { $0.changing(at: 4, hash: false) }, .hashDiffers, 5),
        ("content and hash changed", { $0.changing(at: 4, hash: true) }, .previousHashDiffers, 6),
        ("hash changed", { $0.replacingHash(at: 4) }, .hashDiffers, 5),
        ("short previous hash", { $0.truncatingLink(at: 4) }, .previousHashDiffers, 5),
    ]

    @Test("An altered log is found out, at the right entry", arguments: attacks)
    func finds(
        name: String,
        attack: @Sendable ([AuditEntry]) -> [AuditEntry],
        code: AuditError.Code,
        sequence: Int64
    ) {
        let error = firstError(in: attack(log(10)))
        #expect(error?.code == code)
        #expect(error?.sequence == sequence)
    }

    @Test("After an error the verifier stands at the last good entry")
    func standsStill() throws {
        let entries = log(3)
        var verifier = AuditVerifier()
        try verifier.check(entries[0])
        #expect(throws: AuditError(.gap, at: nil, "")) { try verifier.check(entries[2]) }
        #expect(verifier.head == entries[0].head)
        #expect(verifier.count == 1)
        try verifier.check(entries[1])
        try verifier.check(entries[2])
        #expect(verifier.count == 3)
    }

    @Test("A check may begin at a trusted head, and only there")
    func beginsAtHead() throws {
        let entries = log(4)
        var verifier = AuditVerifier(after: entries[1].head)
        try verifier.check(entries[2])
        #expect(verifier.count == 1)
        var wrong = AuditVerifier(after: AuditHead(sequence: 2, hash: entries[0].hash))
        #expect(throws: AuditError(.previousHashDiffers, at: nil, "")) { try wrong.check(entries[2]) }
    }

    @Test("A log cut at the end is found out by a head kept elsewhere")
    func cut() throws {
        let entries = log(4)
        var verifier = AuditVerifier()
        for entry in entries.dropLast() { try verifier.check(entry) }
        try verifier.finish(expecting: entries[2].head)
        #expect(throws: AuditError(.headDiffers, at: nil, "")) { try verifier.finish(expecting: entries[3].head) }
    }

    @Test(
        "A whole store is checked in batches, and what grows meanwhile does no harm",
        arguments: [0, 1, 999, 1_000, 2_500]
    )
    func wholeStore(count: Int) async throws {
        let entries = count == 0 ? [] : log(count)
        let verifier = try await ListStore(entries).verify()
        #expect(verifier.count == Int64(count))
        #expect(verifier.head == entries.last?.head)
        if count > 0 {
            let grown = try await ListStore(entries, head: entries[count / 2].head).verify()
            #expect(grown.lastSequence >= entries[count / 2].sequence)
        }
    }

    @Test("A store that lost its end, or all, since a known head is found out")
    func lostEnd() async throws {
        let entries = log(10)
        let known = entries[8].head
        for stored in [[], Array(entries[..<5]), Array(entries[..<8])] {
            await #expect(throws: AuditError(.headDiffers, at: nil, "")) {
                _ = try await ListStore(stored).verify(after: known)
            }
        }
        #expect(try await ListStore(entries).verify(after: known).count == 1)
        #expect(try await ListStore(Array(entries[..<9])).verify(after: known).count == 0)
        await #expect(throws: AuditError(.headDiffers, at: nil, "")) {
            _ = try await ListStore(Array(entries[..<5]), head: entries[9].head).verify()
        }
    }
}

private let forged = log(1)[0]

/// A store that holds a list and says what its head is.
private struct ListStore: AuditStore {
    let stored: [AuditEntry]
    let end: AuditHead?

    init(_ stored: [AuditEntry], head: AuditHead? = nil) {
        self.stored = stored
        self.end = head ?? stored.last?.head
    }

    func append(_ events: [AuditEvent]) async throws {
        throw AuditError(.malformed, at: nil, "this list is read-only")
    }

    func entries(after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        Array(self.stored.filter { $0.sequence > sequence }.prefix(limit))
    }

    func head() async throws -> AuditHead? { self.end }
}

private func renumbered(_ entries: [AuditEntry]) -> [AuditEntry] {
    entries.enumerated().map { index, entry in
        // What someone does who may write the store and knows the encoding: recompute the entry's own hash.
        var chain = AuditChain(head: index == 0 ? nil : AuditHead(sequence: Int64(index), hash: entry.previousHash))
        return chain.append(entry.event)
    }
}

private func linked(_ entries: [AuditEntry], at index: Int) -> [AuditEntry] {
    var entries = entries
    let entry = entries[index]
    entries[index] = AuditEntry(
        sequence: entry.sequence,
        event: entry.event,
        previousHash: entries[index - 1].hash,
        hash: entry.hash
    )
    return entries
}

extension [AuditEntry] {
    fileprivate func removing(at index: Int) -> Self { Array(self[..<index] + self[(index + 1)...]) }

    fileprivate func inserting(_ entry: AuditEntry, at index: Int) -> Self {
        Array(self[..<index] + [entry] + self[index...])
    }

    fileprivate func swapping(_ first: Int, _ second: Int) -> Self {
        var entries = self
        entries.swapAt(first, second)
        return entries
    }

    fileprivate func changing(at index: Int, hash: Bool) -> Self {
        var entries = self
        var chain = AuditChain(head: entries[index - 1].head)
        let changed = chain.append(fullEvent())
        entries[index] = AuditEntry(
            sequence: changed.sequence,
            event: changed.event,
            previousHash: changed.previousHash,
            hash: hash ? changed.hash : self[index].hash
        )
        return entries
    }

    fileprivate func replacingHash(at index: Int) -> Self {
        var entries = self
        let entry = self[index]
        entries[index] = AuditEntry(
            sequence: entry.sequence,
            event: entry.event,
            previousHash: entry.previousHash,
            hash: forged.hash
        )
        return entries
    }

    fileprivate func truncatingLink(at index: Int) -> Self {
        var entries = self
        let entry = self[index]
        entries[index] = AuditEntry(
            sequence: entry.sequence,
            event: entry.event,
            previousHash: [UInt8](entry.previousHash.dropLast()),
            hash: entry.hash
        )
        return entries
    }
}
