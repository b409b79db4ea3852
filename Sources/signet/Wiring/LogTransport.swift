// Other people's logs and witnesses over HTTP: nothing is followed elsewhere, everything has a bound, nothing is believed that
// no signature proves.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
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
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        // Who refuses a connection is away: asking again is the caller's business.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Submits checkpoints to witnesses.
    static func witness(timeout: Duration) -> WitnessTransport {
        { address, body in
            var request = HTTPClientRequest(url: address)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
            request.body = .bytes(ByteBuffer(bytes: body))
            let answer = try await self.answer(request, limit: TransparencyLog.Budget.witnessAnswerBytes, timeout)
            return WitnessAnswer(status: answer.status, contentType: answer.contentType, body: answer.body)
        }
    }

    /// Reads what is at an address; nil for nothing.
    static func fetch(_ address: String, limit: Int, timeout: Duration) async throws -> [UInt8]? {
        let answer = try await self.answer(HTTPClientRequest(url: address), limit: limit, timeout)
        switch answer.status {
        case 200: return answer.body
        case 404, 410: return nil
        default: throw LogError(.unavailable, "\(address) was answered with status \(answer.status)")
        }
    }

    private static func answer(
        _ request: HTTPClientRequest,
        limit: Int,
        _ timeout: Duration
    ) async throws -> (status: Int, contentType: String?, body: [UInt8]) {
        let address = request.url
        return try await withThrowingTaskGroup(of: (Int, String?, [UInt8]).self) { group in
            group.addTask {
                let response = try await self.client.execute(request, timeout: TimeAmount(timeout))
                // Compression is not asked for.
                guard response.headers["Content-Encoding"].allSatisfy({ $0 == "identity" }) else {
                    throw LogError(
                        .unavailable,
                        "\(address) was answered in a compressed form, which was not asked for"
                    )
                }
                let body = try await response.body.collect(upTo: limit)
                return (Int(response.status.code), response.headers.first(name: "Content-Type"), Array(buffer: body))
            }
            // The whole exchange: also one whose peer sends an octet now and then.
            group.addTask {
                try await SystemEnvironment.sleep(timeout)
                throw LogError(.timedOut, "\(address) did not answer within \(timeout)")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
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
