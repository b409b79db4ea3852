// Issuers' keys are checked before they sign: at start when the token is there, else when it comes.

import CertificateAuthority
import Logging
import ServiceLifecycle
import Signing

/// Refuses keys that can leave their token or are not their certificates'.
struct KeyCheck: Service {
    let signers: [TokenSigner]
    let tokens: [Token]
    let logger: Logger

    /// Checks the keys of tokens that answer within a bound; goes on without those that do not.
    ///
    /// - Throws: `SigningError` for a wrong PIN or a key that is refused.
    func checkAtStart(patience: Duration) async throws {
        do {
            try await within(patience, or: "the token does not answer") {
                for token in self.tokens { try await token.ready() }
            }
            for signer in self.signers { try await signer.resolve() }
        } catch let error as SigningError where error.isTemporary {
            self.logger.warning("signing is not possible yet", metadata: ["error": "\(error)"])
        } catch is ConfigurationError {
            self.logger.warning("the token does not answer; serving without it until it does")
        }
    }

    /// Checks the keys once their tokens are there.
    ///
    /// An error ends the daemon: it would sign with the wrong key.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            for signer in self.signers {
                while true {
                    do {
                        for token in self.tokens { try await token.ready() }
                        try await signer.resolve()
                        break
                    } catch let error as SigningError where error.isTemporary {
                        try await SystemEnvironment.sleep(.seconds(1))
                    }
                }
            }
        }
        try? await gracefulShutdown()
    }
}

extension SigningError {
    /// Whether trying again can help.
    fileprivate var isTemporary: Bool { self.code == .unavailable || self.code == .overloaded }
}
