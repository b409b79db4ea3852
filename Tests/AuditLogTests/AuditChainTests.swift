import AuditLog
import Foundation
import Testing

@Suite("The audit chain")
struct AuditChainTests {
    /// One change a field; the hash must notice each.
    static let changes: [(String, @Sendable (inout Fields) -> Void)] = [
        ("at", { $0.atMilliseconds += 1 }),
        ("actor", { $0.actor += "x" }),
        ("action", { $0.action = .revokeCertificate }),
        ("object", { $0.object = "certificate:0a1b2d" }),
        ("address", { $0.address = "127.0.0.2" }),
        ("address absent", { $0.address = nil }),
        ("address empty", { $0.address = "" }),
        ("requestID", { $0.requestID = "req-2" }),
        ("requestID absent", { $0.requestID = nil }),
        ("result", { $0.result = .success }),
        ("result kind", { $0.result = .failure(code: "POLICY") }),
        ("result code", { $0.result = .denied(code: "RATE") }),
        ("profileHash", { $0.profileHash = [1, 2, 4] }),
        ("profileHash absent", { $0.profileHash = nil }),
        ("profileHash empty", { $0.profileHash = [] }),
        ("policyHash", { $0.policyHash = [4, 5] }),
        ("policyHash absent", { $0.policyHash = nil }),
        ("detail value", { $0.details["a"] = "2" }),
        (
            "detail key",
            {
                $0.details["a"] = nil
                $0.details["A"] = "1"
            }
        ),
        ("detail added", { $0.details["c"] = "" }),
        ("detail removed", { $0.details["Z"] = nil }),
    ]

    /// Octets moved between neighbours: what plain concatenation would confuse.
    static let moves: [(String, @Sendable (inout Fields) -> Void)] = [
        (
            "actor to action",
            {
                $0.actor = "token"
                $0.action = AuditAction(rawValue: ":0123456789abcdefcertificate.issue")
            }
        ),
        (
            "action to object",
            {
                $0.action = AuditAction(rawValue: "")
                $0.object = "certificate.issuecertificate:0a1b2c"
            }
        ),
        (
            "object to address",
            {
                $0.object = "certificate:"
                $0.address = "0a1b2c127.0.0.1"
            }
        ),
        (
            "address to requestID",
            {
                $0.address = nil
                $0.requestID = "127.0.0.1req-1"
            }
        ),
        (
            "swapped optionals",
            {
                $0.address = "req-1"
                $0.requestID = "127.0.0.1"
            }
        ),
        (
            "requestID to result",
            {
                $0.requestID = "req-1d"
                $0.result = .denied(code: "POLICY ")
            }
        ),
        (
            "profile to policy",
            {
                $0.profileHash = [1, 2]
                $0.policyHash = [3, 4, 5, 6]
            }
        ),
        (
            "hash moved over",
            {
                $0.profileHash = nil
                $0.policyHash = [1, 2, 3, 4, 5, 6]
            }
        ),
        ("key to value", { $0.details = ["b2": "", "a": "1", "\u{e4}": "\u{1F600}\u{0}", "Z": ""] }),
        ("value to key", { $0.details = ["b": "", "2a": "1", "\u{e4}": "\u{1F600}\u{0}", "Z": ""] }),
        ("values swapped", { $0.details = ["b": "1", "a": "2", "\u{e4}": "\u{1F600}\u{0}", "Z": ""] }),
        (
            "NFC to NFD",
            {
                $0.details["\u{e4}"] = nil
                $0.details["a\u{308}"] = "\u{1F600}\u{0}"
            }
        ),
    ]

    @Test("Each entry names the hash of the one before, from 1 and 32 zeros")
    func links() {
        let entries = log(5)
        #expect(entries.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(entries[0].previousHash == [UInt8](repeating: 0, count: 32))
        for (before, entry) in zip(entries, entries.dropFirst()) { #expect(entry.previousHash == before.hash) }
        #expect(entries.allSatisfy { $0.hash.count == 32 })
        #expect(firstError(in: entries) == nil)
    }

    @Test("A chain continues where its head stands")
    func continues() {
        let whole = log(5)
        var chain = AuditChain(head: whole[2].head)
        #expect(chain.append(whole[3].event) == whole[3])
        #expect(chain.append(whole[4].event) == whole[4])
        #expect(chain.head == whole[4].head)
    }

    @Test("A change of any field changes the hash, and the check notices", arguments: changes + moves)
    func everyFieldCounts(name: String, change: @Sendable (inout Fields) -> Void) {
        var chain = AuditChain(head: nil)
        let good = chain.append(fullEvent())
        var other = AuditChain(head: nil)
        #expect(other.append(fullEvent(change)).hash != good.hash)

        let forged = AuditEntry(sequence: 1, event: fullEvent(change), previousHash: good.previousHash, hash: good.hash)
        let error = firstError(in: [forged])
        #expect(error?.code == .hashDiffers)
        #expect(error?.sequence == 1)
    }

    @Test("All of those events have different hashes")
    func noTwoAlike() {
        let hashes = (Self.changes + Self.moves).map { change in
            var chain = AuditChain(head: nil)
            return chain.append(fullEvent(change.1)).hash
        }
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("The place and the predecessor are part of the hash")
    func placeCounts() {
        var first = AuditChain(head: nil)
        var second = AuditChain(head: AuditHead(sequence: 1, hash: AuditChain.zeroHash))
        var third = AuditChain(head: AuditHead(sequence: 1, hash: [UInt8](repeating: 1, count: 32)))
        let hashes = [first.append(fullEvent()).hash, second.append(fullEvent()).hash, third.append(fullEvent()).hash]
        #expect(Set(hashes).count == 3)
    }
}
