// The whole way to a certificate.

import Crypto
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
