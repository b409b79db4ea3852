// From proven control to the certificate (RFC 8555 §7.4).

import Logging
import PKIX

extension OrderRunner {
    func finalize(_ state: inout OrderState) async throws {
        state = try await self.cleanUp(state)
        let csr = try state.terms.request.derEncoded
        var poll = Poll(self.client.configuration.polling, self.client.environment)
        var fetched = try await self.client.fetchOrder(self.orderURL(state))
        while true {
            if fetched.value.status == .ready { fetched = try await self.send(csr, fetched) }
            try self.checkAlive(fetched.value)
            if fetched.value.status == .valid, let url = fetched.value.certificate {
                state.certificateURL = url
                return try await self.advance(&state, to: .downloading)
            }
            guard try await poll.pause(fetched.retryAfter) else {
                throw self.stillProcessing("has not issued the certificate", fetched.retryAfter)
            }
            fetched = try await self.client.fetchOrder(fetched.value.url)
        }
    }

    /// Sends the request; when it is open whether it arrived, the order as it was before, to be asked for again.
    private func send(_ csr: [UInt8], _ order: Fetched<ACMEOrder>) async throws -> Fetched<ACMEOrder> {
        do { return try await self.client.finalizeOrder(order.value, csr: csr) } catch let error as ACMEError {
            let isOpen = [.unreachable, .unavailable, .malformedAnswer].contains(error.code)
            guard isOpen || error.problem?.kind == "orderNotReady" else { throw error }
            let seconds = error.retryAt.map { $0.secondsSinceEpoch - self.client.environment.now().secondsSinceEpoch }
            return Fetched(value: order.value, retryAfter: seconds ?? order.retryAfter)
        }
    }

    func download(_ state: inout OrderState) async throws {
        guard let url = state.certificateURL else {
            throw ACMEError(.invalidRequest, "the stored order \(state.id) has no address of a certificate")
        }
        let chain = try await self.client.certificate(at: url, preferring: state.terms.preferredRoot)
        try chain.check(for: state.terms.request, at: self.client.environment.now())
        state.chainPEM = chain.pem
        self.logger.info(
            "a certificate was issued",
            metadata: ["order": "\(state.id)", "timestamps": "\(chain.signedTimestamps)"]
        )
        try await self.advance(&state, to: .complete)
    }

    /// An order that is dead says why (RFC 8555 §7.1.3: "error").
    func checkAlive(_ order: ACMEOrder) throws(ACMEError) {
        guard order.status.isDead else { return }
        throw ACMEError(
            .orderInvalid,
            "the CA has ended the order (\(order.status)): "
                + (order.problem?.explanation ?? "it gives no reason; most often the order has expired"),
            problem: order.problem
        )
    }
}
