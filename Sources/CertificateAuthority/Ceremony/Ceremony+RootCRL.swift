// The root's CRL: made in the ceremony, since only there the root signs, and made anew when a ceremony is performed again.

import PKIX
import Signing

extension Ceremony {
    private var partition: CRLPartition { CRLPartition(issuer: self.hierarchy.root.name) }

    /// Whether the root has no CRL, a third of whose life is left, that lists every certificate it has revoked.
    func isRootCRLDue() async throws -> Bool {
        guard let crl = try await self.store.publishedCRL(.complete, of: self.partition),
            try await Token.blocking({ CRLFile(crl, in: self.layout.crls).isComplete })
        else { return true }
        let life = crl.nextUpdate.secondsSinceEpoch - crl.thisUpdate.secondsSinceEpoch
        guard CertificateTime(self.environment.now()) < crl.nextUpdate + -life / 3 else { return true }
        return try await !self.store.lastChanges(of: self.partition, after: crl.position, limit: 1).isEmpty
    }

    /// Has the root sign its next CRL.
    func makeRootCRL(_ root: Issuer) async throws {
        let previous = try await self.store.publishedCRL(.complete, of: self.partition)
        let policy = CRLPolicy(interval: Budget.rootCRLSeconds, validity: Budget.rootCRLSeconds)
        let production = CRLProduction(
            issuer: root,
            revocations: self.store,
            crls: self.store,
            directory: self.layout.crls,
            policy: policy,
            now: self.environment.now,
            actor: self.requester.actor
        )
        let file = try await production.make(
            .complete,
            of: self.partition,
            after: CRLSchedule(policy, complete: previous, delta: nil)
        )
        file.removeSuperseded(since: previous, in: self.layout.crls)
    }
}
