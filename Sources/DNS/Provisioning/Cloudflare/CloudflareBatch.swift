// The difference between the records that are there and those that shall be, as operations of one batch call.
//
// Cloudflare has records one by one: an operation concerns one value, and leaves those of others alone.

import Foundation

/// One operation, with the changes that it makes true.
struct CloudflareOperation: Sendable {
    enum Kind: Sendable {
        case delete(id: String)
        case patch(id: String, ttl: UInt32)
        case post(CloudflareRecordBody)
    }

    let kind: Kind
    let indices: [Int]

    /// Cloudflare's own order: deletes, patches, posts.
    var rank: Int {
        switch self.kind {
        case .delete: 0
        case .patch: 1
        case .post: 2
        }
    }
}

/// The body of `POST /zones/{zone}/dns_records/batch`: one transaction.
struct CloudflareBatch: Encodable, Sendable {
    /// Changes of one call; of the free plan, paid ones have 3,500.
    static let limit = 200

    struct Reference: Encodable, Sendable {
        let id: String
    }

    struct Patch: Encodable, Sendable {
        let id: String
        let ttl: UInt32
    }

    private(set) var deletes: [Reference] = []
    private(set) var patches: [Patch] = []
    private(set) var posts: [CloudflareRecordBody] = []

    init(_ operations: some Sequence<CloudflareOperation>) {
        for operation in operations {
            switch operation.kind {
            case .delete(let id): self.deletes.append(Reference(id: id))
            case .patch(let id, let ttl): self.patches.append(Patch(id: id, ttl: ttl))
            case .post(let record): self.posts.append(record)
            }
        }
    }
}

/// The values of one set, before and after changes.
struct CloudflareDifference {
    private struct Value {
        let id: String?
        let ttl: UInt32
        /// What it shall be; nil when it shall not be.
        var wanted: ResourceRecord?
        var indices: [Int] = []
    }

    private var values: [RecordData: [Value]] = [:]
    private var order: [RecordData] = []

    init(_ existing: [CloudflareRecord], key: RecordSetKey) {
        for stored in existing {
            guard let record = stored.record, RecordSetKey(record) == key else { continue }
            self.append(Value(id: stored.id, ttl: stored.ttl, wanted: record), to: record.data.identity)
        }
    }

    private mutating func append(_ value: Value, to identity: RecordData) {
        if self.values[identity] == nil { self.order.append(identity) }
        self.values[identity, default: []].append(value)
    }

    /// Makes a change; of the places of the list, its own is noted.
    mutating func make(_ change: RecordChange, index: Int) {
        let identity = change.record.data.identity
        if self.values[identity, default: []].isEmpty {
            self.append(Value(id: nil, ttl: 0), to: identity)
        }
        // Cut differently, one text can be there more than once; then all are the value.
        for place in (self.values[identity] ?? []).indices {
            self.values[identity]?[place].indices.append(index)
            switch change {
            case .add(let record): self.values[identity]?[place].wanted = record
            case .remove: self.values[identity]?[place].wanted = nil
            }
        }
    }

    /// What remains to be done; nothing for values that are as they shall be.
    var operations: [CloudflareOperation] {
        self.order.flatMap { self.values[$0] ?? [] }.compactMap { value in
            guard !value.indices.isEmpty else { return nil }
            switch (value.id, value.wanted) {
            case (nil, nil): return nil
            case (nil, .some(let record)):
                return CloudflareOperation(kind: .post(CloudflareRecordBody(record)), indices: value.indices)
            case (.some(let id), nil): return CloudflareOperation(kind: .delete(id: id), indices: value.indices)
            case (.some(let id), .some(let record)):
                let ttl = CloudflareRecordBody.ttl(record.ttl)
                if ttl == value.ttl { return nil }
                return CloudflareOperation(kind: .patch(id: id, ttl: ttl), indices: value.indices)
            }
        }
    }
}
