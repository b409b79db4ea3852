// An order that was given up when its CA could issue is taken to the CA's last word; a certificate that nobody wants any more
// is kept, so that it is known of, and revoked.

import ACME
import AuditLog
import FoundationEssentials
import Logging
import PKIX

/// What a CA says of an order that was given up.
private enum LastWord {
    /// A certificate.
    case issued(IssuedChain)
    /// There will be none.
    case nothing
    /// That is not decided, or cannot be learned now.
    case awaited(String)
}

extension OrderEngine {
    /// Takes an outstanding order one step further.
    func pursue(_ left: OutstandingOrder, _ work: OrderWork) async throws {
        let now = self.environment.instant
        switch await self.lastWord(of: left) {
        case .nothing: try await self.settle(left, work)
        case .issued(let chain): try await self.takeBack(chain, of: left, work)
        case .awaited(let reason):
            guard now.timeIntervalSince(left.since) > Budget.lastWordSeconds else { return }
            self.environment.logger.error(
                "what a CA made of an order that was given up cannot be learned; look in its logs (CT) for the host",
                metadata: [
                    "order": "\(work.order.reference)", "host": "\(work.order.host)",
                    "authority": "\(left.authority)", "url": "\(left.state.orderURL ?? "")", "reason": "\(reason)",
                ]
            )
            try await self.settle(left, work)
        }
    }

    private func settle(_ left: OutstandingOrder, _ work: OrderWork) async throws {
        try await work.change { order in order.outstanding.removeAll { $0 == left } }
    }

    /// Asks the CA; nothing is sent that would have it issue.
    private func lastWord(of left: OutstandingOrder) async -> LastWord {
        do {
            if let chain = try left.state.chain { return .issued(chain) }
            guard let url = left.state.orderURL else { return .nothing }
            guard let access = self.authorities.named(left.authority) else {
                return .awaited("CA '\(left.authority)' is not configured any more: add it under acme:")
            }
            let since = self.environment.instant.timeIntervalSince(left.since)
            return try await self.limited {
                let client = try await access.client()
                guard client.authority == left.state.authority else {
                    return .awaited("CA '\(left.authority)' has another directory than the order's")
                }
                let order = try await client.order(at: url)
                switch order.status {
                case .valid:
                    guard let url = order.certificate else { return .awaited("the CA does not say where it is") }
                    let chain = try await client.certificate(at: url, preferring: left.state.terms.preferredRoot)
                    try chain.check(for: left.state.terms.request, at: CertificateTime(self.environment.now()))
                    return .issued(chain)
                case .invalid, .deactivated, .expired, .revoked: return .nothing
                // RFC 8555 §7.4: without a request the CA issues nothing; one that is still on its way has arrived by then.
                case .pending,
                    .ready where since > Budget.unaskedSeconds:
                    return .nothing
                default: return .awaited("the CA has the order as '\(order.status)'")
                }
            }
        } catch let error as ACMEError where [.orderLost, .certificateRejected].contains(error.code) {
            return .nothing
        } catch {
            return .awaited("\(error)")
        }
    }

    /// Keeps a certificate that came too late, and revokes it.
    private func takeBack(_ chain: IssuedChain, of left: OutstandingOrder, _ work: OrderWork) async throws {
        let order = work.order
        do {
            let certificate = try ServerCertificate(chain, source: .authority(left.authority))
            let kept = KeptCertificate(
                agent: order.agent,
                host: order.host,
                reference: left.state.id,
                addedAt: self.environment.instant,
                certificate: certificate
            )
            let details = [
                "sha256": certificate.fingerprint.hexadecimal, "notAfter": "\(certificate.notAfter)",
                "authority": left.authority, "revoking": order.revocation.rawValue,
            ]
            let audit = order.event(.obtainServerCertificate, at: kept.addedAt, details: details)
            guard try await !self.isTakenUp(left, order.host),
                try await self.certificates.keep(kept, audit: audit).reference == kept.reference
            else { return try await self.settle(left, work) }
            try await self.revoker.revoke(
                certificate.fingerprint,
                of: order.agent,
                reason: order.revocation,
                actor: order.actor
            )
            self.metrics.tookBack(left.authority)
        } catch let failure as IssuingFailure where !failure.isTransient {
            self.noteUnrevoked(left, order, failure.reason)
        } catch let error as PKIXError {
            self.noteUnrevoked(left, order, error.reason)
        } catch {
            self.environment.logger.warning(
                "a certificate that came too late is not revoked yet; it will be tried again",
                metadata: ["order": "\(order.reference)", "reason": "\(error)"]
            )
            return
        }
        try await self.settle(left, work)
    }

    /// Whether a later order of the host goes on with the same order at the CA: it is that one's certificate then.
    ///
    /// CAs give an unfinished order for the same names again; its address is saved before the request is sent.
    private func isTakenUp(_ left: OutstandingOrder, _ host: String) async throws -> Bool {
        guard let reference = try await self.orders.first(underwayOf: host),
            let state = try await self.orders.order(reference)?.order.state
        else { return false }
        return state.orderURL == left.state.orderURL && state.authority == left.state.authority
    }

    private func noteUnrevoked(_ left: OutstandingOrder, _ order: ServerOrder, _ reason: String) {
        self.environment.logger.error(
            "a certificate that came too late cannot be revoked; revoke it by hand",
            metadata: [
                "order": "\(order.reference)", "host": "\(order.host)", "authority": "\(left.authority)",
                "certificate": "\(left.state.certificateURL ?? left.state.orderURL ?? "")", "reason": "\(reason)",
            ]
        )
    }

    var revoker: CertificateRevoker {
        CertificateRevoker(
            certificates: self.certificates,
            authorities: self.authorities,
            environment: self.environment
        )
    }
}
