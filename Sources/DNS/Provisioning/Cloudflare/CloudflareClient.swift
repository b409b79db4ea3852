// Calls of Cloudflare's API, version 4, and what its errors mean.

import Foundation
import OutboundHTTP

/// Calls Cloudflare.
struct CloudflareClient: Sendable {
    /// What became of a batch.
    enum BatchOutcome: Sendable {
        /// All of it was made.
        case made
        /// None of it: the records are no longer what it was made for.
        case stale(ProviderFailure)
    }

    /// "1200 requests per 5 minutes"; beyond it all calls are shut out for as long: 200 at once and 1000 in 300 seconds.
    static let rate = CallRate(burst: 200, perSecond: 1_000.0 / 300)

    let endpoint: ProviderEndpoint
    let token: ProviderSecret
    let caller: ProviderCaller

    init(endpoint: ProviderEndpoint, token: ProviderSecret, environment: ProviderEnvironment) {
        self.endpoint = endpoint
        self.token = token
        self.caller = ProviderCaller(environment, secrets: [token], rate: Self.rate)
    }

    /// Calls and gives the result.
    func result<Result: Decodable & Sendable>(
        _ method: String,
        _ path: String,
        body: (any Encodable & Sendable)? = nil
    ) async throws(ProviderFailure) -> Result {
        try await self.caller.send {
            () throws(ProviderFailure) in
            try self.call(method, path, body: body)
        } read: { answer in
            Self.envelope(answer).flatMap { (envelope: CloudflareEnvelope<Result>) in
                envelope.result.map { .success($0) } ?? .failure(Self.unreadable(answer))
            }
        }
    }

    /// All pages of a list, up to a number of rows.
    func list<Row: Decodable & Sendable>(
        _ path: String,
        _ query: [(name: String, value: String)],
        limit: Int,
        where isWanted: (Row) -> Bool
    ) async throws(ProviderFailure) -> [Row] {
        var rows: [Row] = []
        for page in 1...ProviderBudget.pages {
            let items = query + [("page", "\(page)"), ("per_page", "100")]
            let envelope: CloudflareEnvelope<[Row]> = try await self.caller.send {
                () throws(ProviderFailure) in
                try self.call("GET", "\(path)?\(PercentEncoding.query(items))")
            } read: {
                Self.envelope($0)
            }
            rows += (envelope.result ?? []).filter(isWanted)
            // The size of a page is Cloudflare's choice; only `total_pages` says which is the last.
            guard page < envelope.pages?.total ?? 1, rows.count < limit else { return Array(rows.prefix(limit)) }
        }
        return rows
    }

    /// Makes the operations in one transaction.
    func make(_ batch: CloudflareBatch, in zone: String) async throws(ProviderFailure) -> BatchOutcome {
        try await self.caller.send {
            () throws(ProviderFailure) in
            try self.call("POST", "/zones/\(zone)/dns_records/batch", body: batch)
        } read: { answer in
            let envelope: Swift.Result<CloudflareEnvelope<CloudflareNothing>, ProviderFailure> = Self.envelope(answer)
            switch envelope {
            case .success: return .success(.made)
            case .failure(let failure):
                let isStale = !Self.codes(answer).isDisjoint(with: Self.staleCodes)
                return isStale ? .success(.stale(failure)) : .failure(failure)
            }
        }
    }

    private func call(
        _ method: String,
        _ path: String,
        body: (any Encodable & Sendable)? = nil
    ) throws(ProviderFailure) -> HTTPCall {
        var headers = [
            HTTPField("Authorization", "Bearer \(self.token.revealed)"), HTTPField("Accept", "application/json"),
            HTTPField("User-Agent", "signet"),
        ]
        guard let body else { return HTTPCall(method: method, url: self.endpoint.url + path, headers: headers) }
        headers.append(HTTPField("Content-Type", "application/json"))
        let octets = try JSONBody.octets(body)
        return HTTPCall(method: method, url: self.endpoint.url + path, headers: headers, body: octets)
    }
}

extension CloudflareClient {
    // 81057 "Record already exists.", 81058 "An identical record already exists.", 81044 "Record does not exist."
    private static let staleCodes: Set<Int> = [81_057, 81_058, 81_044]

    private static let kinds: [Int: ProviderFailure.Kind] = [
        10_000: .unauthorized, 9_109: .unauthorized, 6_003: .unauthorized, 6_103: .unauthorized, 6_111: .unauthorized,
        7_000: .noSuchZone, 7_003: .noSuchZone,
        81_053: .conflict, 81_054: .conflict, 81_055: .conflict, 81_056: .conflict,
        81_045: .quotaExceeded,
        971: .rateLimited,
        1_052: .unavailable,
    ]

    private static func envelope<Result: Decodable & Sendable>(
        _ answer: HTTPAnswer
    ) -> Swift.Result<CloudflareEnvelope<Result>, ProviderFailure> {
        let envelope = try? JSONDecoder().decode(CloudflareEnvelope<Result>.self, from: Data(answer.body))
        if (200..<300).contains(answer.status) {
            guard let envelope else { return .failure(Self.unreadable(answer)) }
            if envelope.success { return .success(envelope) }
        }
        return .failure(Self.failure(answer))
    }

    private static func errors(_ answer: HTTPAnswer) -> [CloudflareError] {
        let decoder = JSONDecoder()
        return (try? decoder.decode(CloudflareEnvelope<CloudflareNothing>.self, from: Data(answer.body)))?.errors ?? []
    }

    private static func codes(_ answer: HTTPAnswer) -> Set<Int> { Set(Self.errors(answer).flatMap(\.codes)) }

    private static func failure(_ answer: HTTPAnswer) -> ProviderFailure {
        let errors = Self.errors(answer)
        let known = errors.flatMap(\.codes).compactMap { Self.kinds[$0] }.first
        let byStatus = ProviderFailure.Kind(status: answer.status)
        // A failing server may say anything; 429 and 5xx pass whatever the codes.
        let isPassing = byStatus == .rateLimited || byStatus == .unavailable
        let words = errors.isEmpty ? "no reason given" : errors.map(\.text).joined(separator: "; ")
        return ProviderFailure(
            isPassing ? byStatus : known ?? byStatus,
            "Cloudflare answered \(answer.status): \(words)"
        )
    }

    private static func unreadable(_ answer: HTTPAnswer) -> ProviderFailure {
        ProviderFailure(.unavailable, "Cloudflare's answer (\(answer.status)) is not an envelope of its API, version 4")
    }
}
