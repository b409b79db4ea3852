// Many owners at once, each remembering what it was promised.

import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Registers agents in our zone over plain HTTP on loopback until the daemon goes away.
final class RegistrationLoad: Sendable {
    /// What owners know.
    struct Promises: Sendable {
        /// The ids of registrations that were answered, by host.
        var admitted: [String: String] = [:]
        /// The ids of those whose revocation was asked for.
        var revoking: Set<String> = []
        /// The ids of those whose revocation was answered.
        var revoked: Set<String> = []
        /// Answers that nobody should get.
        var unexpected: [String] = []

        mutating func merge(_ other: Promises) {
            self.admitted.merge(other.admitted) { $1 }
            self.revoking.formUnion(other.revoking)
            self.revoked.formUnion(other.revoked)
            self.unexpected += other.unexpected
        }
    }

    private let url: String
    private let token: String
    private let series: String
    private let known = Mutex(Promises())

    /// - Parameter series: begins every host's name.
    init(url: String, token: String, series: String) {
        self.url = url
        self.token = token
        self.series = series
    }

    var promises: Promises { self.known.withLock { $0 } }

    /// Runs callers until each has made so many registrations or lost its connection.
    ///
    /// - Parameter revokes: whether every registration is ended again at once.
    func run(callers: Int, requests count: Int, revokes: Bool = false) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for index in 0..<count {
                        let host = "\(self.series)x\(caller)x\(index).\(RegistrationSite.ours)"
                        guard await self.life(of: host, client, revokes) else { return }
                    }
                }
            }
        }
        try await client.shutdown()
    }

    /// A registration and perhaps its end; false when the connection is gone.
    private func life(of host: String, _ client: HTTPClient, _ revokes: Bool) async -> Bool {
        guard let body = try? RegistrationSite.body(for: host),
            let (status, answer) = await self.post("/v2/ans/agents", body, client)
        else { return false }
        guard status == 202, let id = answer["agentId"]?.text else {
            self.known.withLock { $0.unexpected.append("\(status) \(answer)") }
            return true
        }
        self.known.withLock { $0.admitted[host] = id }
        guard revokes else { return true }
        self.known.withLock { _ = $0.revoking.insert(id) }
        let ending: JSONValue = ["reason": "CESSATION_OF_OPERATION"]
        guard let (status, answer) = await self.post("/v2/ans/agents/\(id)/revoke", ending, client) else {
            return false
        }
        self.known.withLock {
            if status == 200 { $0.revoked.insert(id) } else { $0.unexpected.append("\(status) \(answer)") }
        }
        return true
    }

    private func post(_ path: String, _ body: JSONValue, _ client: HTTPClient) async -> (Int, JSONValue)? {
        var request = HTTPClientRequest(url: self.url + path)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(self.token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body.serialized))
        guard let response = try? await client.execute(request, timeout: .seconds(40)),
            let octets = try? await response.body.collect(upTo: 1 << 20)
        else { return nil }
        let answer = try? JSONReader.read(Array(octets.readableBytesView), within: JSONLimits(depth: 16, members: 256))
        return (Int(response.status.code), answer ?? .null)
    }
}
