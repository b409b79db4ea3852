// moto (PyPI): a server with AWS's Route 53, among others. It checks no signatures and no concurrency.

import DNS
import Foundation
import LoopbackSupport
import OutboundHTTP

/// A moto server.
struct MotoServer: Sendable {
    let endpoint: ProviderEndpoint
    private let process: ServerProcess

    /// Runs moto while the body runs.
    static func with(_ body: (MotoServer, PooledHTTPExchange) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try await withExchange { exchange in
                let port = try FreePort.next()
                let process = try ServerProcess(
                    "python3",
                    ["-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"],
                    log: directory.appending(path: "moto.log")
                )
                let server = MotoServer(endpoint: try ProviderEndpoint("http://127.0.0.1:\(port)"), process: process)
                try await process.wait {
                    let call = HTTPCall(method: "GET", url: server.endpoint.url + "/moto-api/data.json")
                    return (try? await exchange.answer(to: call, within: .seconds(1), upTo: 1 << 20))?.status == 200
                }
                try await body(server, exchange)
                process.stop()
            }
        }
    }

    /// Makes a zone with the fields that moto looks at to find the service.
    func addZone(_ name: String, isPrivate: Bool = false, _ exchange: PooledHTTPExchange) async throws {
        let body =
            "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Name>\(name)</Name>"
            + "<CallerReference>\(UUID().uuidString)</CallerReference><HostedZoneConfig>"
            + "<PrivateZone>\(isPrivate)</PrivateZone></HostedZoneConfig></CreateHostedZoneRequest>"
        let credential = "AKIDEXAMPLE/20260102/us-east-1/route53/aws4_request"
        let call = HTTPCall(
            method: "POST",
            url: self.endpoint.url + "/2013-04-01/hostedzone",
            headers: [
                HTTPField(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host, Signature=0"
                ),
                HTTPField("Content-Type", "text/xml"),
            ],
            body: Array(body.utf8)
        )
        let answer = try await exchange.answer(to: call, within: .seconds(10), upTo: 1 << 20)
        guard answer.status == 201 else {
            throw ServerFailure(description: "moto: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
    }
}
