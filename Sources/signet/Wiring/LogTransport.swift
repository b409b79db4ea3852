// Other people's logs and witnesses over HTTP: nothing is followed elsewhere, everything has a bound, nothing is believed that
// no signature proves.

import Foundation
import OutboundHTTP
import TransparencyLog

/// The beginning of addresses: a scheme, a host, perhaps a port and a path, no slash at the end.
struct HTTPPrefix: Hashable, Sendable {
    let text: String

    init?(_ text: String) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URLComponents(string: trimmed), url.scheme == "https" || url.scheme == "http",
            let host = url.host, !host.isEmpty, url.query == nil, url.fragment == nil, url.user == nil,
            trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.text = trimmed
    }
}

enum LogTransport {
    /// Lives as long as the process.
    private static let exchange = PooledHTTPExchange()

    /// Submits checkpoints to witnesses.
    static func witness(timeout: Duration) -> WitnessTransport {
        { address, body in
            let field = HTTPField("Content-Type", "text/plain; charset=utf-8")
            let call = HTTPCall(method: "POST", url: address, headers: [field], body: body)
            let answer = try await self.answer(call, limit: TransparencyLog.Budget.witnessAnswerBytes, timeout)
            return WitnessAnswer(status: answer.status, contentType: answer.header("Content-Type"), body: answer.body)
        }
    }

    /// Reads what is at an address; nil for nothing.
    static func fetch(_ address: String, limit: Int, timeout: Duration) async throws -> [UInt8]? {
        let answer = try await self.answer(HTTPCall(method: "GET", url: address), limit: limit, timeout)
        switch answer.status {
        case 200: return answer.body
        case 404, 410: return nil
        default: throw LogError(.unavailable, "\(address) was answered with status \(answer.status)")
        }
    }

    private static func answer(_ call: HTTPCall, limit: Int, _ timeout: Duration) async throws -> HTTPAnswer {
        let answer: HTTPAnswer
        do {
            answer = try await self.exchange.answer(to: call, within: timeout, upTo: limit)
        } catch let failure as HTTPExchangeFailure {
            throw LogError(.unavailable, "\(call.url) gave no answer that can be used: \(failure.reason)")
        }
        guard answer.values("Content-Encoding").allSatisfy({ $0 == "identity" }) else {
            throw LogError(.unavailable, "\(call.url) was answered in a compressed form, which was not asked for")
        }
        return answer
    }
}

/// A log's files as anyone reads them.
struct RemoteTiles: TileSource {
    let prefix: HTTPPrefix
    let timeout: Duration

    func read(_ tile: TileCoordinate) async throws -> [UInt8]? {
        let limit = tile.kind == .entries ? TransparencyLog.Budget.bundleBytes : 256 * LogHash.byteCount
        return try await LogTransport.fetch("\(self.prefix.text)/\(tile.path)", limit: limit, timeout: self.timeout)
    }

    func checkpoint() async throws -> [UInt8]? {
        try await LogTransport.fetch(
            "\(self.prefix.text)/checkpoint",
            limit: TransparencyLog.Budget.noteBytes,
            timeout: self.timeout
        )
    }
}
