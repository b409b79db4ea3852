import AuditLog
import CertificateAuthority
import Foundation
import PKIX
import TestSupport
import Testing

/// Events with every field absent or strange.
private let strangeEvents: [AuditEvent] = [
    AuditEvent(at: noon.date, actor: "", action: AuditAction(rawValue: ""), object: ""),
    AuditEvent(
        at: noon.date,
        actor: "quote \" back\\slash / tab\t newline\n null\0 end",
        action: .denyAuthentication,
        object: "e\u{301} é \u{2028} 🔐",
        address: "2001:db8::1",
        requestID: "a\0b",
        result: .denied(code: "WRONG\0SECRET"),
        profileHash: [],
        policyHash: [0, 255],
        details: ["": "", "\"\\\0\u{1F}\u{7F}": "\u{0}\u{1}\n\u{10}", "é": "🔐\u{FFFD}", "z": "{\"a\":1}"]
    ),
    AuditEvent(
        at: noon.date.addingTimeInterval(-1e12),
        actor: "x",
        action: .ceremony,
        object: "y",
        result: .failure(code: "STORE_FAILED:x")
    ),
]

@Suite("The audit log of any store")
struct AuditContractTests {
    @Test("Entries come back as they were hashed, whatever is in them", arguments: StoreKind.allCases)
    func roundTrip(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await store.head() == nil)
            #expect(try await store.entries(after: 0, limit: 10).isEmpty)
            try await store.append(strangeEvents)
            let entries = try await store.entries(after: 0, limit: 10)
            #expect(entries.map(\.sequence) == [1, 2, 3])
            #expect(entries.map(\.event.details) == strangeEvents.map(\.details))
            #expect(entries[2].event == strangeEvents[2])
            #expect(try await store.head() == entries[2].head)
            #expect(try await store.verify().count == 3)
        }
    }

    @Test("Entries are read from any place, in pages", arguments: StoreKind.allCases)
    func pages(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.append((1...10).map { event(.ceremony, $0) })
            try await store.append([])
            #expect(try await store.entries(after: 4, limit: 3).map(\.sequence) == [5, 6, 7])
            #expect(try await store.entries(after: 10, limit: 3).isEmpty)
            #expect(try await store.entries(after: 0, limit: 0).isEmpty)
            #expect(try await store.entries(after: 0, limit: -1).isEmpty)
        }
    }

    @Test("Events of one call are consecutive, however many calls there are at once", arguments: StoreKind.allCases)
    func consecutive(kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for call in 0..<50 {
                    group.addTask { try await store.append((0..<4).map { event(.ceremony, 10 * call + $0) }) }
                }
                try await group.waitForAll()
            }
            let numbers = try await store.entries(after: 0, limit: 1_000).map { Int($0.event.details["number"]!)! }
            #expect(numbers.count == 200)
            for start in stride(from: 0, to: 200, by: 4) {
                #expect(Array(numbers[start..<start + 4]) == (0..<4).map { numbers[start] + $0 })
            }
        }
    }
}
