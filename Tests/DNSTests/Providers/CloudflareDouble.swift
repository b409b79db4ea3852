// A double of Cloudflare's API, version 4: accounts' zones and records behind a bearer token, the envelope on every
// answer, 32-hex identifiers, pages, duplicates, conflicts, atomic batches in Cloudflare's order, DNSSEC, and faults.

import Foundation
import LoopbackSupport
import Synchronization

/// A double of Cloudflare.
final class CloudflareDouble: Sendable {
    /// What goes wrong, once for each injection.
    enum Fault: Sendable {
        /// 429 with code 971.
        case rateLimited(retryAfter: Int)
        /// A status with no envelope, as a broken front end has it.
        case status(Int)
        /// An answer that never comes.
        case hang
        /// The call is made, and its answer lost.
        case madeAndDropped
        /// The first half of a batch's posts is made, and the rest answered with 500: what atomicity forbids.
        case halfBatch
        /// The call is refused with a code.
        case refused(Int, code: Int, String)
    }

    struct Zone: Sendable {
        let id: String
        let name: String
        var status = "pending"
        var signing = "disabled"
        var records: [Record] = []
    }

    struct State: Sendable {
        var zones: [Zone] = []
        var faults: [(method: String, suffix: String, fault: Fault)] = []
        var calls: [String] = []
        var counter = 0

        /// 32 lower-case hexadecimal digits, never the same.
        mutating func identifier() -> String {
            self.counter += 1
            let digits = String(UInt64(self.counter) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
            return String(repeating: "0", count: 32 - digits.count) + digits
        }
    }

    let token: String
    /// Records of a page, whatever is asked for.
    let pageSize: Int
    /// Records that a zone may have.
    let quota: Int
    private let state = Mutex(State())

    init(token: String, pageSize: Int = 100, quota: Int = 200_000) {
        self.token = token
        self.pageSize = pageSize
        self.quota = quota
    }

    /// A new zone; `pending` until the registrar delegates to it.
    @discardableResult
    func addZone(_ name: String) -> String {
        self.state.withLock { state in
            let id = state.identifier()
            state.zones.append(Zone(id: id, name: name))
            return id
        }
    }

    /// The registrar of the double delegates the zone, and publishes its DS if it is signed.
    func delegate(_ name: String) {
        self.change(name) { zone in
            zone.status = "active"
            if zone.signing == "pending" { zone.signing = "active" }
        }
    }

    /// Makes the next call of a method whose path ends like this go wrong; calls before it are not concerned.
    func inject(_ fault: Fault, on method: String, _ suffix: String) {
        self.state.withLock { $0.faults.append((method, suffix, fault)) }
    }

    /// The zone as it is.
    func zone(_ name: String) -> Zone? {
        self.state.withLock { state in state.zones.first { $0.name == name } }
    }

    /// Method and path of each call.
    var calls: [String] { self.state.withLock { $0.calls } }

    /// Changes a zone as its owner would in the dashboard.
    func change(_ name: String, _ body: (inout Zone) -> Void) {
        self.state.withLock { state in
            guard let index = state.zones.firstIndex(where: { $0.name == name }) else { return }
            body(&state.zones[index])
        }
    }

    /// Puts a record there as its owner would in the dashboard.
    func put(_ fields: [String: Any], in name: String) throws {
        let record = try Record(fields, id: self.state.withLock { $0.identifier() }, zone: name)
        self.change(name) { $0.records.append(record) }
    }

    // MARK: Calls

    /// Answers a call.
    func reply(to request: LoopbackRequest) -> LoopbackReply {
        self.state.withLock { state in
            state.calls.append("\(request.method) \(request.path)")
            let fault = state.faults.firstIndex { $0.method == request.method && request.path.hasSuffix($0.suffix) }
                .map { state.faults.remove(at: $0).fault }
            switch fault {
            case .rateLimited(let seconds):
                let error = CloudflareRefusal(429, 971, "Please wait and consider throttling your request speed")
                return error.reply(headers: [("Retry-After", "\(seconds)")])
            case .status(let status): return .answer(status, body: "<html>\(status)</html>")
            case .refused(let status, let code, let message): return CloudflareRefusal(status, code, message).reply()
            case .hang: return .hang
            case .madeAndDropped:
                _ = self.answer(request, &state)
                return .drop
            case .halfBatch:
                self.makeHalf(request, &state)
                return .answer(500, body: "")
            case nil: return self.answer(request, &state)
            }
        }
    }

    private func answer(_ request: LoopbackRequest, _ state: inout State) -> LoopbackReply {
        do {
            try self.authorize(request)
            let path = request.path.split(separator: "/").map(String.init)
            guard path.prefix(2) == ["client", "v4"] else { throw CloudflareRefusal.noRoute(request.path) }
            let (result, pages) = try self.route(Array(path.dropFirst(2)), request, &state)
            return Self.envelope(200, result: result, pages: pages)
        } catch let refusal as CloudflareRefusal {
            return refusal.reply()
        } catch {
            return .answer(500, body: "\(error)")
        }
    }

    private func authorize(_ request: LoopbackRequest) throws {
        guard let field = request.header("Authorization"), field.hasPrefix("Bearer ") else {
            throw CloudflareRefusal(400, 6_003, "Invalid request headers", chain: 6_111)
        }
        guard field.dropFirst(7) == self.token else { throw CloudflareRefusal(403, 9_109, "Invalid access token") }
    }

    typealias Answer = (result: Any, pages: [String: Int]?)

    private func route(_ path: [String], _ request: LoopbackRequest, _ state: inout State) throws -> Answer {
        if path == ["user", "tokens", "verify"] { return (["id": "0", "status": "active"], nil) }
        guard path.first == "zones" else { throw CloudflareRefusal.noRoute(request.path) }
        if path.count == 1, request.method == "GET" {
            let wanted = request.query["name"]
            let zones = state.zones.filter { wanted == nil || $0.name == wanted }
            return try Self.page(zones.map(Self.document), request, size: min(self.pageSize, 50))
        }
        guard path.count > 1, let index = state.zones.firstIndex(where: { $0.id == path[1] }) else {
            throw CloudflareRefusal.noRoute(request.path)
        }
        switch (request.method, path.dropFirst(2).first) {
        case ("GET", nil): return (Self.document(state.zones[index]), nil)
        case (_, "dnssec"): return (try Self.signing(&state.zones[index], request), nil)
        case (_, "dns_records"): return try self.records(Array(path.dropFirst(3)), index, request, &state)
        default: throw CloudflareRefusal.noRoute(request.path)
        }
    }

    private static func signing(_ zone: inout Zone, _ request: LoopbackRequest) throws -> Any {
        if request.method == "PATCH" {
            guard try Self.object(request.body)["status"] as? String == "active" else {
                throw CloudflareRefusal(400, 1_004, "DNSSEC status is invalid")
            }
            if zone.signing == "disabled" { zone.signing = "pending" }
        }
        guard zone.signing != "disabled" else { return ["status": "disabled", "key_tag": NSNull()] }
        let digest = String(repeating: "ab", count: 32)
        return [
            "status": zone.signing, "algorithm": "13", "key_tag": 42, "digest_type": "2", "digest": digest,
            "flags": 257,
            "ds": "\(zone.name). 3600 IN DS 42 13 2 \(digest.uppercased())", "digest_algorithm": "SHA256",
        ]
    }

    private static func document(_ zone: Zone) -> [String: Any] {
        [
            "id": zone.id, "name": zone.name, "status": zone.status, "type": "full", "paused": false,
            "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"], "account": ["id": "1", "name": "a"],
        ]
    }
}

extension CloudflareDouble {
    static func object(_ body: [UInt8]) throws -> [String: Any] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            throw CloudflareRefusal(400, 9_207, "Request body is invalid.")
        }
        return object
    }

    static func page(_ rows: [[String: Any]], _ request: LoopbackRequest, size: Int) throws -> Answer {
        let page = request.query["page"].flatMap { Int($0) } ?? 1
        let size = min(size, request.query["per_page"].flatMap { Int($0) } ?? size)
        let part = rows.dropFirst((page - 1) * size).prefix(size)
        let pages = (rows.count + size - 1) / size
        let info = [
            "page": page, "per_page": size, "count": part.count, "total_count": rows.count, "total_pages": pages,
        ]
        return (Array(part), info)
    }

    static func envelope(
        _ status: Int,
        result: Any?,
        errors: [[String: Any]] = [],
        pages: [String: Int]? = nil,
        headers: [(String, String)] = []
    ) -> LoopbackReply {
        var envelope: [String: Any] = [
            "success": errors.isEmpty, "errors": errors, "messages": [Any](), "result": result ?? NSNull(),
        ]
        if let pages { envelope["result_info"] = pages }
        let body = (try? JSONSerialization.data(withJSONObject: envelope)).map { String(decoding: $0, as: UTF8.self) }
        return .answer(status, headers: [("Content-Type", "application/json")] + headers, body: body ?? "")
    }
}

/// An error of the double.
struct CloudflareRefusal: Error {
    let status: Int
    let code: Int
    let message: String
    let chain: Int?

    init(_ status: Int, _ code: Int, _ message: String, chain: Int? = nil) {
        (self.status, self.code, self.message, self.chain) = (status, code, message, chain)
    }

    static func noRoute(_ path: String) -> CloudflareRefusal {
        CloudflareRefusal(404, 7_003, "Could not route to \(path), perhaps your object identifier is invalid?")
    }

    func reply(headers: [(String, String)] = []) -> LoopbackReply {
        var error: [String: Any] = ["code": self.code, "message": self.message]
        if let chain { error["error_chain"] = [["code": chain, "message": "details"]] }
        return CloudflareDouble.envelope(self.status, result: nil, errors: [error], headers: headers)
    }
}
