import AuditLog
import DNS
import Foundation
import RegistrationAuthority
import Testing

@testable import Persistence

@Suite("The store of zones")
struct ZoneContractTests {
    private let apex = try! DomainName("zone.example")
    private let start = Date(timeIntervalSince1970: 1_795_262_400)

    private func record(_ owner: String, _ data: RecordData, ttl: UInt32 = 60) -> ResourceRecord {
        ResourceRecord(name: try! DomainName("\(owner).zone.example"), ttl: ttl, data: data)
    }

    private func operation(_ id: String, _ changes: [RecordChange], after seconds: Double = 0) -> RecordOperation {
        RecordOperation(
            id: id,
            zone: self.apex,
            changes: changes,
            at: self.start + seconds,
            leaseUntil: self.start + seconds + 60,
            audit: [event(.writeRecords)]
        )
    }

    @Test("a zone is there as it was connected, once")
    func zones() async throws {
        try await withSQLiteStore { store, _ in
            let zone = StoredZone(
                apex: self.apex,
                provider: "local",
                isOurs: true,
                servers: [try ServerAddress("192.0.2.1:5353"), try ServerAddress("[2001:db8::1]:53")],
                connection: ZoneConnection(by: "token:1", at: self.start)
            )
            #expect(try await store.connect(zone, audit: event(.connectZone)))
            #expect(try await !store.connect(zone, audit: event(.connectZone)))
            #expect(try await store.zones() == [zone])
            #expect(try await store.disconnect(self.apex, sparing: [], audit: event(.disconnectZone)) == .done)
            #expect(try await store.disconnect(self.apex, sparing: [], audit: event(.disconnectZone)) == .unknown)
            #expect(try await store.zones().isEmpty)
            let actions = try await store.entries(after: 0, limit: 10).map(\.event.action)
            #expect(actions == [.connectZone, .disconnectZone])
        }
    }

    @Test("values come back as they were written, of each type, and by name and type")
    func values() async throws {
        try await withSQLiteStore { store, _ in
            let records = [
                self.record("a", .a([192, 0, 2, 1])), self.record("a", .text(String(repeating: "é\"\\;", count: 200))),
                self.record("b", .caa(CAARecord(flags: 0, tag: "issue", value: Array("ca; x=\"y\"".utf8)))),
                self.record("*", .cname(try DomainName("x\\.y.example"))), self.record("c", .txt([[0, 255, 34], []])),
            ]
            #expect(
                try await store.begin(self.operation("1", records.map(RecordChange.add)))
                    == .begun(new: [0, 1, 2, 3, 4])
            )
            let all = try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 10)
            #expect(Set(all.map(\.record)) == Set(records))
            #expect(all.allSatisfy { $0.state == .planned })
            let some = try await store.ownedRecords(in: self.apex, at: records[0].name, type: .txt, limit: 10)
            #expect(some.map(\.record) == [records[1]])
            #expect(try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 2).count == 2)
            let other = try DomainName("other.example")
            #expect(try await store.ownedRecords(in: other, at: nil, type: nil, limit: 10).isEmpty)
        }
    }

    @Test("an operation with one change that may not be made is not recorded at all")
    func wholeOrNot() async throws {
        try await withSQLiteStore { store, _ in
            let (first, second) = (self.record("a", .a([192, 0, 2, 1])), self.record("b", .a([192, 0, 2, 2])))
            let mixed = self.operation("1", [.add(first), .remove(second)])
            #expect(try await store.begin(mixed) == .notOurs(1))
            #expect(try await store.begin(self.operation("2", [.add(second)])) == .begun(new: [0]))
            #expect(try await store.begin(self.operation("3", [.add(first), .remove(second)], after: 59)) == .busy(1))
            let owned = try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 10)
            #expect(owned.map(\.record) == [second])
            #expect(try await store.entries(after: 0, limit: 10).count == 1)
            let late = self.operation("4", [.add(first), .remove(second)], after: 60)
            #expect(try await store.begin(late) == .begun(new: [0]))
        }
    }

    @Test("an operation is settled by itself alone, and lets its values go")
    func settles() async throws {
        try await withSQLiteStore { store, _ in
            let (first, second) = (self.record("a", .a([192, 0, 2, 1])), self.record("b", .a([192, 0, 2, 2])))
            let operation = self.operation("1", [.add(first), .add(second)])
            _ = try await store.begin(operation)
            let gone = [RecordSettlement(record: first, state: nil)]
            try await store.settle(self.operation("other", []), gone, audit: [])
            #expect(try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 10).count == 2)
            let settlements = [
                RecordSettlement(record: first, state: .published),
                RecordSettlement(record: second, state: .planned, failure: "no answer"),
            ]
            try await store.settle(operation, settlements, audit: [event(.writeRecords)])
            let owned = try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 10)
            #expect(
                owned == [
                    OwnedRecord(record: first, state: .published),
                    OwnedRecord(record: second, state: .planned, failure: "no answer"),
                ]
            )
            let removal = self.operation("2", [.remove(first), .remove(second)], after: 1)
            #expect(try await store.begin(removal) == .begun(new: []))
            try await store.settle(
                removal,
                removal.changes.map { RecordSettlement(record: $0.record, state: nil) },
                audit: []
            )
            #expect(try await store.ownedRecords(in: self.apex, at: nil, type: nil, limit: 10).isEmpty)
        }
    }
}
