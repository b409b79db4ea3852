// What becomes of a delivery and its webhook after an attempt. Pure.

import AuditLog
import FoundationEssentials

/// An attempt, from which follows how a delivery goes on.
struct DeliveryProgress {
    /// What was attempted, and under which lease.
    let claimed: ClaimedDelivery
    let answer: DeliveryAnswer
    /// When the attempt began and ended.
    let began: Date
    let ended: Date

    /// What is recorded of the attempt.
    func settlement(
        by schedule: DeliverySchedule,
        using generator: inout some RandomNumberGenerator
    ) -> DeliverySettlement {
        var delivery = self.claimed.delivery
        let verdict = self.answer.status.map(DeliveryVerdict.init(status:)) ?? .retry
        delivery.attempts += 1
        delivery.firstAttemptAt = delivery.firstAttemptAt ?? self.began
        delivery.log = (delivery.log + [self.attempt(verdict)]).suffix(Budget.deliveryLog)
        switch verdict {
        case .delivered: delivery.finish(as: .delivered, at: self.ended)
        case .gone: delivery.finish(as: .failed, at: self.ended)
        case .retry:
            let elapsed = self.ended.timeIntervalSince(delivery.firstAttemptAt ?? self.began)
            let wait = schedule.delay(
                after: delivery.attempts,
                elapsed: .milliseconds(Int64(max(0, elapsed * 1_000))),
                retryAfter: self.answer.retryAfter.flatMap { RetryAfter.delay($0, at: self.ended) },
                using: &generator
            )
            if let wait {
                delivery.dueAt = self.ended.addingTimeInterval(Double(wait.wholeMilliseconds) / 1_000)
            } else {
                delivery.finish(as: .abandoned, at: self.ended)
            }
        }
        return self.settlement(delivery, verdict)
    }

    private func settlement(_ delivery: WebhookDelivery, _ verdict: DeliveryVerdict) -> DeliverySettlement {
        let failures = verdict == .delivered ? 0 : self.claimed.webhook.failures + 1
        let audit = AuditEvent(
            at: self.ended,
            actor: "system",
            action: .deactivateWebhook,
            object: "webhook:\(self.claimed.webhook.id)",
            details: ["reason": "the receiver answered 410"]
        )
        return DeliverySettlement(
            delivery: delivery,
            lease: self.claimed.lease,
            failures: failures,
            restsUntil: failures == 0 ? nil : self.ended.addingTimeInterval(Self.rest(after: failures)),
            deactivation: verdict == .gone ? "the receiver answered 410 Gone: it wants no more" : nil,
            audit: verdict == .gone ? [audit] : []
        )
    }

    private func attempt(_ verdict: DeliveryVerdict) -> DeliveryAttempt {
        let refusal = self.answer.status.map { status in
            (300..<400).contains(status)
                ? "the receiver answered \(status); redirects are not followed" : "the receiver answered \(status)"
        }
        return DeliveryAttempt(
            at: self.began,
            milliseconds: Int64(max(0, self.ended.timeIntervalSince(self.began) * 1_000)),
            status: self.answer.status,
            error: verdict == .delivered ? nil : self.answer.error ?? refusal
        )
    }

    /// How long a webhook that fails is left alone, in seconds, so that it costs others no turn: doubled each time.
    static func rest(after failures: Int) -> Double {
        min(Budget.firstRestSeconds * Double(1 << min(failures - 1, 20)), Budget.longestRestSeconds)
    }
}

extension WebhookDelivery {
    /// Ends the delivery.
    fileprivate mutating func finish(as state: State, at instant: Date) {
        self.state = state
        self.dueAt = nil
        self.finishedAt = instant
    }
}
