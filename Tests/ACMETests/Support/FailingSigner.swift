// A key in a token that can be away.

import JOSE
import Synchronization

@testable import ACME
@testable import ACMESupport

/// Signs as another signer does, but for one signature.
final class FailingSigner: AccountSigner {
    private let signer: any AccountSigner
    private let failsAt: Int
    private let count = Mutex(0)

    init(signer: any AccountSigner, failsAt: Int) {
        (self.signer, self.failsAt) = (signer, failsAt)
    }

    var webKey: JSONWebKey { self.signer.webKey }
    var algorithm: JWSAlgorithm { self.signer.algorithm }

    func sign(_ bytes: [UInt8]) async throws -> [UInt8] {
        let isAway = self.count.withLock { count in
            count += 1
            return count == self.failsAt
        }
        if isAway { throw PowerCut() }
        return try await self.signer.sign(bytes)
    }
}
