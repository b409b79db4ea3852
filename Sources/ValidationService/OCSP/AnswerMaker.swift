// The making of one answer, from the registered flight to those who wait for it.

import Logging
import PKIX

/// Asks the responder, keeps what it says, and tells who waits.
struct AnswerMaker: Sendable {
    let cache: ResponseCache
    let responder: any StatusResponding
    let issuers: IssuerTable
    let now: @Sendable () -> CertificateTime
    let logger: Logger

    /// Makes the answer of a flight; false when that failed.
    @discardableResult
    func make(_ flight: Flight) async -> Bool {
        var flight = flight
        while true {
            let outcome = await self.outcome(flight.key)
            let response: ReadyResponse? = if case .signed(let response) = outcome { response } else { nil }
            let (waiters, isCurrent) = self.cache.finish(flight, response, now: self.now().secondsSinceEpoch)
            guard !isCurrent, let response, response.isCacheable else {
                for waiter in waiters { waiter(outcome) }
                return response != nil
            }
            // The certificate's status changed meanwhile, so the answer may be one that was true before: ask again for
            // those who wait. Each time round needs another change of the same certificate.
            guard let next = self.restart(flight.key, waiters) else { return true }
            flight = next
        }
    }

    /// Makes an answer that is for one client alone.
    func make(_ request: OCSPRequest) async -> ColdOutcome {
        await self.attempt { try await self.responder.answer(request) }
    }

    private func outcome(_ key: StatusKey) async -> ColdOutcome {
        guard let certID = self.issuers.certID(of: key) else { return .failed }
        return await self.attempt { try await self.responder.answer(certID, of: key.issuer) }
    }

    private func attempt(_ ask: () async throws -> StatusAnswer) async -> ColdOutcome {
        do {
            return .signed(ReadyResponse(try await ask()))
        } catch let error as StatusUnavailable {
            self.logger.debug("an OCSP answer cannot be signed now")
            return .tryLater(error.retryAfter)
        } catch is CancellationError {
            return .tryLater(Budget.retryAfterSeconds)
        } catch {
            self.logger.error("an OCSP request could not be answered", metadata: ["error": "\(error)"])
            return .failed
        }
    }

    private func restart(_ key: StatusKey, _ waiters: [Waiter]) -> Flight? {
        var started: Flight?
        for waiter in waiters {
            switch self.cache.begin(key, now: self.now().secondsSinceEpoch, waiter) {
            case .ready(let response): waiter(.cached(response))
            case .started(let flight): started = flight
            case .joined, nil: break
            }
        }
        return started
    }
}
