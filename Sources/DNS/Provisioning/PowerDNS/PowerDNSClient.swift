// Calls of PowerDNS's HTTP API, and what its errors mean.

import Foundation
import OutboundHTTP

/// Calls a PowerDNS server.
struct PowerDNSClient: Sendable {
    /// The server is the operator's own; the rate only keeps a fault of ours from flooding it.
    static let rate = CallRate(burst: 500, perSecond: 500)

    /// Rows of a search: far more than one name has; those whose content is the name are found too.
    static let findings = 10_000

    let base: String
    let key: ProviderSecret
    let caller: ProviderCaller

    init(endpoint: ProviderEndpoint, server: String, key: ProviderSecret, environment: ProviderEnvironment) {
        self.base = "\(endpoint.url)/api/v1/servers/\(PercentEncoding.encoded(server))"
        self.key = key
        self.caller = ProviderCaller(environment, secrets: [key], rate: Self.rate)
    }

    /// Calls about a zone and gives the document.
    func document<Document: Decodable & Sendable>(
        of zone: DomainName,
        _ method: String,
        _ rest: String = "",
        body: (any Encodable & Sendable)? = nil
    ) async throws(ProviderFailure) -> Document {
        try await self.caller.send {
            () throws(ProviderFailure) in
            try self.call(method, zone, rest, body)
        } read: {
            Self.read($0, zone)
        }
    }

    /// All records of a name, of all zones of the server; nil when the search cannot tell them from others.
    func search(_ name: DomainName) async throws(ProviderFailure) -> [PowerDNSFinding]? {
        // In a search, both stand for other characters.
        if name.description.contains(where: { "*?".contains($0) }) { return nil }
        let query = PercentEncoding.query([
            ("q", name.description), ("max", "\(Self.findings)"), ("object_type", "record"),
        ])
        let found: [PowerDNSFinding] = try await self.caller.send {
            HTTPCall(method: "GET", url: "\(self.base)/search-data?\(query)", headers: self.headers)
        } read: {
            Self.read($0, name)
        }
        return found.count < Self.findings ? found : nil
    }

    private var headers: [HTTPField] {
        [HTTPField("X-API-Key", self.key.revealed), HTTPField("Accept", "application/json")]
    }

    private static func read<Document: Decodable & Sendable>(
        _ answer: HTTPAnswer,
        _ name: DomainName
    ) -> Result<Document, ProviderFailure> {
        if let failure = Self.failure(answer, name) { return .failure(failure) }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(answer.body)) else {
            return .failure(
                ProviderFailure(.unavailable, "the answer (\(answer.status)) is not of PowerDNS's HTTP API")
            )
        }
        return .success(document)
    }

    /// Calls about a zone where there is no document in the answer.
    func send(
        about zone: DomainName,
        _ method: String,
        _ rest: String = "",
        body: (any Encodable & Sendable)? = nil
    ) async throws(ProviderFailure) {
        // A second POST would make a second one of what the first may have made.
        let _: Bool = try await self.caller.send(isRepeatable: method != "POST") {
            () throws(ProviderFailure) in
            try self.call(method, zone, rest, body)
        } read: { answer in
            Self.failure(answer, zone).map { .failure($0) } ?? .success(true)
        }
    }

    private func call(
        _ method: String,
        _ zone: DomainName,
        _ rest: String,
        _ body: (any Encodable & Sendable)?
    ) throws(ProviderFailure) -> HTTPCall {
        var headers = self.headers
        let url = "\(self.base)/zones/\(Self.identifier(of: zone))\(rest)"
        guard let body else { return HTTPCall(method: method, url: url, headers: headers) }
        headers.append(HTTPField("Content-Type", "application/json"))
        return HTTPCall(method: method, url: url, headers: headers, body: try JSONBody.octets(body))
    }

    /// The name with its last dot; what is not plain is `=` and two hexadecimal digits, as PowerDNS itself writes it.
    private static func identifier(of zone: DomainName) -> String {
        zone.absolute.utf8.map { octet in
            let character = Character(Unicode.Scalar(octet))
            let isPlain = character.isLetter || character.isNumber || "._-".contains(character)
            return isPlain && octet < 0x80 ? String(character) : "=" + [octet].hexadecimal.uppercased()
        }.joined()
    }

    private static func failure(_ answer: HTTPAnswer, _ zone: DomainName) -> ProviderFailure? {
        if (200..<300).contains(answer.status) { return nil }
        let document = try? JSONDecoder().decode(PowerDNSError.self, from: Data(answer.body))
        let words = document.map { ([$0.error] + ($0.errors ?? [])).joined(separator: "; ") } ?? "no reason given"
        // Versions before 4.2 say 422 where there is no such zone.
        let isMissing = answer.status == 404 || words.contains("Could not find domain")
        let isConflict = answer.status == 409 || Self.conflicts.contains { words.contains($0) }
        let kind: ProviderFailure.Kind =
            isMissing ? .noSuchZone : isConflict ? .conflict : ProviderFailure.Kind(status: answer.status)
        return ProviderFailure(kind, "PowerDNS answered \(answer.status) for \(zone): \(words)")
    }

    private static let conflicts = ["Conflicts with", "conflicts with", "more than one record"]
}
