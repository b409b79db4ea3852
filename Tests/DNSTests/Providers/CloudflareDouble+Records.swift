// Records of the double, and the rules that Cloudflare has for them.

import Foundation
import LoopbackSupport

extension CloudflareDouble {
    /// A number or a text of `data`.
    enum Scalar: Hashable, Sendable {
        case number(Int)
        case text(String)

        var any: Any {
            switch self {
            case .number(let number): number
            case .text(let text): text
            }
        }
    }

    struct Record: Hashable, Sendable {
        let id: String
        var type: String
        var name: String
        var content: String
        var ttl: Int
        var priority: Int?
        var data: [String: Scalar]?
        var proxied: Bool
        var comment: String?

        /// What makes two records identical.
        var identity: [String] { [self.type, self.name, self.content, "\(self.priority ?? -1)"] }

        init(_ fields: [String: Any], id: String, zone: String) throws {
            self.id = id
            self.type = fields["type"] as? String ?? ""
            self.name = (fields["name"] as? String ?? "").lowercased()
            self.ttl = fields["ttl"] as? Int ?? 1
            self.priority = fields["priority"] as? Int
            self.proxied = fields["proxied"] as? Bool ?? false
            self.comment = fields["comment"] as? String
            self.data = (fields["data"] as? [String: Any])?.compactMapValues { value in
                (value as? Int).map { .number($0) } ?? (value as? String).map { .text($0) }
            }
            self.content = fields["content"] as? String ?? ""
            try self.check(zone: zone)
        }

        private mutating func check(zone: String) throws {
            guard self.name == zone || self.name.hasSuffix("." + zone) else {
                throw CloudflareRefusal(400, 9_000, "DNS name is invalid.")
            }
            guard self.ttl == 1 || (60...86_400).contains(self.ttl) else {
                throw CloudflareRefusal(400, 9_021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1.")
            }
            if let names = Self.structured[self.type] {
                guard let data = self.data, names.allSatisfy({ data[$0] != nil }) else {
                    throw CloudflareRefusal(400, 1_004, "DNS Validation Error", chain: 9_101)
                }
                self.content = names.map { "\(data[$0].map(\.any) ?? "")" }.joined(separator: " ")
            }
            guard !self.content.isEmpty, self.type != "MX" || self.priority != nil else {
                throw CloudflareRefusal(400, 1_004, "DNS Validation Error", chain: 9_003)
            }
            if self.proxied, !["A", "AAAA", "CNAME"].contains(self.type) {
                throw CloudflareRefusal(400, 9_041, "This DNS record cannot be proxied.")
            }
            if self.type == "A", self.content.split(separator: ".").compactMap({ UInt8($0) }).count != 4 {
                throw CloudflareRefusal(400, 9_005, "Content for A record must be a valid IPv4 address.")
            }
            if self.type == "TXT", !self.content.hasPrefix("\"") { self.content = Self.quoted(self.content) }
        }

        private static let structured: [String: [String]] = [
            "SRV": ["priority", "weight", "port", "target"], "CAA": ["flags", "tag", "value"],
            "TLSA": ["usage", "selector", "matching_type", "certificate"], "SVCB": ["priority", "target", "value"],
            "HTTPS": ["priority", "target", "value"], "DS": ["key_tag", "algorithm", "digest_type", "digest"],
        ]

        /// "unquoted input is accepted and split by the server".
        private static func quoted(_ text: String) -> String {
            let octets = Array(text.utf8)
            return stride(from: 0, to: octets.count, by: 255).map { start in
                let part = String(decoding: octets[start..<min(start + 255, octets.count)], as: UTF8.self)
                return "\"" + part.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            }.joined(separator: " ")
        }

        var document: [String: Any] {
            var document: [String: Any] = [
                "id": self.id, "type": self.type, "name": self.name, "content": self.content, "ttl": self.ttl,
                "proxied": self.proxied, "proxiable": ["A", "AAAA", "CNAME"].contains(self.type),
                "created_on": "2026-01-01T00:00:00Z", "modified_on": "2026-01-01T00:00:00Z", "tags": [String](),
                "meta": [String: Any](), "comment": self.comment ?? NSNull() as Any,
            ]
            if let priority { document["priority"] = priority }
            if let data { document["data"] = data.mapValues(\.any) }
            return document
        }
    }
}

extension CloudflareDouble {
    func records(_ path: [String], _ index: Int, _ request: LoopbackRequest, _ state: inout State) throws -> Answer {
        switch (request.method, path.first) {
        case ("GET", nil):
            let rows = state.zones[index].records.filter { record in
                request.query["name"].map { $0 == record.name } ?? true
                    && request.query["type"].map { $0 == record.type } ?? true
            }
            return try Self.page(rows.map(\.document), request, size: self.pageSize)
        case ("POST", nil): return (try self.post(try Self.object(request.body), index, &state).document, nil)
        case ("POST", "batch"): return (try self.batch(try Self.object(request.body), index, &state), nil)
        case ("GET", .some(let id)):
            guard let record = state.zones[index].records.first(where: { $0.id == id }) else { throw Self.missing }
            return (record.document, nil)
        case ("DELETE", .some(let id)):
            try self.delete(id, index, &state)
            return (["id": id], nil)
        case ("PATCH", .some(let id)):
            return (try self.patch(try Self.object(request.body), id, index, &state).document, nil)
        default: throw CloudflareRefusal.noRoute(request.path)
        }
    }

    /// "deletes → patches → puts → posts, as one database transaction".
    private func batch(_ body: [String: Any], _ index: Int, _ state: inout State) throws -> Any {
        let lists = ["deletes", "patches", "puts", "posts"].map { body[$0] as? [[String: Any]] ?? [] }
        guard lists.reduce(0, { $0 + $1.count }) <= 200 else {
            throw CloudflareRefusal(400, 1_004, "DNS Validation Error", chain: 9_999)
        }
        var copy = state
        let deletes = try lists[0].map { item in
            try self.delete(item["id"] as? String ?? "", index, &copy)
            return ["id": item["id"] as? String ?? ""]
        }
        let patches = try lists[1].map { item in
            try self.patch(item, item["id"] as? String ?? "", index, &copy).document
        }
        let posts = try lists[3].map { try self.post($0, index, &copy).document }
        state = copy
        return ["deletes": deletes, "patches": patches, "puts": [Any](), "posts": posts]
    }

    func makeHalf(_ request: LoopbackRequest, _ state: inout State) {
        let path = request.path.split(separator: "/").map(String.init)
        guard let index = state.zones.firstIndex(where: { path.contains($0.id) }),
            let posts = try? Self.object(request.body)["posts"] as? [[String: Any]]
        else { return }
        for fields in posts.prefix(posts.count / 2) { _ = try? self.post(fields, index, &state) }
    }

    private func post(_ fields: [String: Any], _ index: Int, _ state: inout State) throws -> Record {
        let record = try Record(fields, id: state.identifier(), zone: state.zones[index].name)
        guard state.zones[index].records.count < self.quota else {
            throw CloudflareRefusal(400, 81_045, "Record quota exceeded.")
        }
        try Self.checkNeighbours(of: record, state.zones[index].records)
        state.zones[index].records.append(record)
        return record
    }

    private func patch(_ fields: [String: Any], _ id: String, _ index: Int, _ state: inout State) throws -> Record {
        guard let place = state.zones[index].records.firstIndex(where: { $0.id == id }) else { throw Self.missing }
        let merged = state.zones[index].records[place].document.merging(fields) { $1 }
        let record = try Record(merged, id: id, zone: state.zones[index].name)
        try Self.checkNeighbours(of: record, state.zones[index].records.filter { $0.id != id })
        state.zones[index].records[place] = record
        return record
    }

    private func delete(_ id: String, _ index: Int, _ state: inout State) throws {
        guard let place = state.zones[index].records.firstIndex(where: { $0.id == id }) else { throw Self.missing }
        state.zones[index].records.remove(at: place)
    }

    private static var missing: CloudflareRefusal { CloudflareRefusal(404, 81_044, "Record does not exist.") }

    private static func checkNeighbours(of record: Record, _ others: [Record]) throws {
        let neighbours = others.filter { $0.name == record.name }
        guard !neighbours.contains(where: { $0.identity == record.identity }) else {
            throw CloudflareRefusal(400, 81_058, "An identical record already exists.")
        }
        let hosts: Set = ["A", "AAAA", "CNAME"]
        let types = Set(neighbours.map(\.type))
        if record.type == "CNAME", !types.isDisjoint(with: hosts) {
            throw CloudflareRefusal(400, 81_053, "An A, AAAA, or CNAME record with that host already exists.")
        }
        if hosts.contains(record.type), types.contains("CNAME") {
            throw CloudflareRefusal(400, 81_054, "A CNAME record with that host already exists.")
        }
        if record.type == "NS" ? !types.isSubset(of: ["NS", "DS"]) : types.contains("NS") && record.type != "DS" {
            throw CloudflareRefusal(400, 81_056, "NS records with that host already exist.")
        }
    }
}
