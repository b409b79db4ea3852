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
        try self.proofs.admit(at: self.environment.now())
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

/// Admits so many proofs in a minute, counted from the first one of that minute.
final class ProofLimit: Sendable {
    private struct Window {
        var start = Date(timeIntervalSince1970: 0)
        var count = 0
    }

    private let window = Mutex(Window())

    /// Counts a proof.
    ///
    /// - Throws: ``AuthorityError`` with `.overloaded`.
    func admit(at instant: Date) throws(AuthorityError) {
        let wait: Int? = self.window.withLock { window in
            let age = instant.timeIntervalSince(window.start)
            if !(0..<60).contains(age) { window = Window(start: instant) }
            window.count += 1
            return window.count > Budget.proofsPerMinute ? max(1, Int((60 - age).rounded(.up))) : nil
        }
        guard let wait else { return }
        throw AuthorityError(
            .overloaded,
            "\(Budget.proofsPerMinute) proofs of key compromise were checked in the last minute; send it again",
            retryAfter: wait
        )
    }
}
