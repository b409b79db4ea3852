// Placing an order once, and finding it again when a crash or a lost answer hid its address.

import PKIX

extension OrderRunner {
    func place(_ state: inout OrderState) async throws {
        if state.mayHaveBeenSent, let order = try await self.hiddenOrder(state) {
            return try await self.take(order, &state)
        }
        state.mayHaveBeenSent = true
        try await self.journal.save(state)
        do {
            let order = try await self.client.placeOrder(
                state.terms.identifiers,
                profile: state.terms.profile,
                replaces: state.isReplacementRefused ? nil : state.terms.replaces,
                notBefore: state.terms.validity.from,
                notAfter: state.terms.validity.to
            )
            try await self.take(order, &state)
        } catch let error as ACMEError where error.isRateLimit || error.isPermanent {
            // The CA, or the client before it, has refused: there is no order.
            state.mayHaveBeenSent = false
            guard error.problem?.kind == "alreadyReplaced", !state.isReplacementRefused else {
                try await self.journal.save(state)
                throw error
            }
            // RFC 9773 §5: the order may be placed without "replaces".
            state.isReplacementRefused = true
            try await self.journal.save(state)
        }
    }

    private func take(_ order: ACMEOrder, _ state: inout OrderState) async throws {
        state.orderURL = order.url
        state.mayHaveBeenSent = false
        try await self.advance(&state, to: .ordered)
    }

    /// An order of the account that waits and is for the same; nil also when the CA does not list orders.
    private func hiddenOrder(_ state: OrderState) async throws -> ACMEOrder? {
        let urls: [String]
        do { urls = try await self.client.orderURLs() ?? [] } catch let error as ACMEError where error.isPermanent {
            return nil
        }
        // Lists are in any order; of long ones both ends are looked at.
        let half = Budget.listItems / 2
        let candidates = urls.count <= 2 * half ? urls : Array(urls.prefix(half) + urls.suffix(half))
        for url in candidates.reversed() {
            let order: ACMEOrder
            do { order = try await self.client.order(at: url) } catch let error as ACMEError where error.isPermanent {
                continue
            }
            let isWaiting = order.status == .pending || order.status == .ready
            let isSame =
                order.isFor(state.terms.identifiers)
                && (order.profile == nil || state.terms.profile == nil || order.profile == state.terms.profile)
                && (order.replaces == nil || order.replaces == state.terms.replaces)
            if isWaiting, isSame { return order }
        }
        return nil
    }
}
