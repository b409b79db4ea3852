// A key is compromised, says someone who proves it by using the key: no account is asked for.

import Foundation
import Logging
public import PKIX
import Synchronization

extension IssuingAuthority {
    /// The octets that a proof of compromise of a key signs.
    public func keyCompromiseChallenge(of publicKeyHash: [UInt8]) -> [UInt8] {
        KeyCompromiseProof.challenge(root: self.root, publicKeyHash: publicKeyHash)
    }

    /// Blocks a key and revokes every certificate with it, for whoever proves to hold it.
    ///
    /// - Throws: ``AuthorityError``: `.invalidProof`; `.overloaded` beyond ``Budget/proofsPerMinute``.
    public func revoke(
        _ proof: KeyCompromiseProof,
        invalidityDate: CertificateTime?,
        requester: Requester
    ) async throws -> BulkRevocationOutcome {
        try self.proofs.admit(from: requester.address, at: self.environment.now())
        try proof.verify(root: self.root)
        if self.isOwnKey(proof.publicKey.sha256) {
            self.logger.critical(
                "someone has proven to hold one of this authority's own keys",
                metadata: ["key": "\(proof.publicKey.sha256.hexadecimal)", "address": "\(requester.address ?? "")"]
            )
        }
        return try await self.revoke(
            BulkRevocationApplication(
                selection: .publicKey(sha256: proof.publicKey.sha256),
                reason: .keyCompromise,
                invalidityDate: invalidityDate,
                requester: requester
            )
        )
    }
}

/// Admits so many proofs in a minute, in all and from one address, counted from the first one of that minute.
final class ProofLimit: Sendable {
    private struct Window {
        var start = Date(timeIntervalSince1970: 0)
        var count = 0
        var byAddress: [String: Int] = [:]
    }

    private let window = Mutex(Window())

    /// Counts a proof.
    ///
    /// - Throws: ``AuthorityError`` with `.overloaded`.
    func admit(from address: String?, at instant: Date) throws(AuthorityError) {
        let wait: Int? = self.window.withLock { window in
            let age = instant.timeIntervalSince(window.start)
            if !(0..<60).contains(age) { window = Window(start: instant) }
            let own = (window.byAddress[address ?? ""] ?? 0) + 1
            guard own <= Budget.proofsPerMinuteOfAddress, window.count < Budget.proofsPerMinute else {
                return max(1, Int((60 - age).rounded(.up)))
            }
            window.byAddress[address ?? ""] = own
            window.count += 1
            return nil
        }
        guard let wait else { return }
        throw AuthorityError(
            .overloaded,
            "too many proofs of key compromise were sent in the last minute; send it again",
            retryAfter: wait
        )
    }
}
