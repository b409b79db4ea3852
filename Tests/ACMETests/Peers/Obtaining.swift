// The whole way to a certificate.

import Crypto
import LoopbackSupport
import PKIX
import Testing

@testable import ACME
@testable import ACMESupport

/// Orders a certificate and takes it to its end.
func obtain(
    _ names: [String],
    _ client: ACMEClient,
    _ solver: RecordSolver,
    key: P256.Signing.PrivateKey = P256.Signing.PrivateKey(),
    _ change: (inout OrderRequest) throws -> Void = { _ in }
) async throws -> IssuedChain {
    var request = try OrderRequest(csr: try makeRequest(names, key: key))
    try change(&request)
    let journal = MemoryJournal()
    let runner = OrderRunner(client: client, solver: solver, journal: journal)
    let done = try await runner.run(OrderState(id: "order", authority: client.authority, request: request))
    #expect(done.step == .complete, "\(String(describing: done.failure))")
    #expect(solver.memory.published.isEmpty)
    return try #require(try done.chain)
}

/// Takes a name to a certificate by a challenge at the ports of the web, and revokes it.
func obtainByWeb(
    _ type: ChallengeType,
    for name: String,
    at host: String,
    _ client: ACMEClient,
    _ solver: RecordSolver
) async throws {
    let life = {
        let chain = try await obtain([name], client, solver)
        #expect(solver.memory.history.map(\.type) == [type])
        try await client.revoke(chain.leaf.der)
    }
    if type == .http01 {
        try await LoopbackHTTPServer.with(host: host, port: 80, solver.memory.reply(to:)) { _ in try await life() }
    } else {
        try await ALPNResponder.with(host: host, port: 443, solver.memory, life)
    }
}

extension MemorySolver {
    /// The answer to a CA that asks by http-01.
    func reply(to request: LoopbackRequest) -> LoopbackReply {
        let found = self.published.first { $0.type == .http01 && $0.path == request.path }
        return found.map { .answer(200, body: $0.keyAuthorization) } ?? .answer(404)
    }
}
