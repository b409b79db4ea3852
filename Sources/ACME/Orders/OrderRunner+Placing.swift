// Placing an order.

extension OrderRunner {
    func place(_ state: inout OrderState) async throws {
        do {
            let order = try await self.client.placeOrder(
                state.terms.identifiers,
                profile: state.terms.profile,
                replaces: state.isReplacementRefused ? nil : state.terms.replaces,
                notBefore: state.terms.validity.from,
                notAfter: state.terms.validity.to
            )
            state.orderURL = order.url
            try await self.advance(&state, to: .ordered)
        } catch let error as ACMEError where error.problem?.kind == "alreadyReplaced" && !state.isReplacementRefused {
            // RFC 9773 §5: the order may be placed without "replaces".
            state.isReplacementRefused = true
            try await self.journal.save(state)
        }
    }
}
