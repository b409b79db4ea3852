// The registry's signature on agents' cards: by the key of the daemon's own service certificate, which leads to our root,
// is for digital signatures, is renewed in time, and serves while the token is away.

import CertificateAuthority
import Crypto
import Logging
import RegistrationAuthority
import Synchronization

/// Holds the service key in use.
final class RegistryCardSigner: CardSigning {
    private let current = Mutex<RegistryCredential?>(nil)
    private let logger: Logger

    /// Takes the credentials of a file, when they are there already.
    init(credentials path: String, logger: Logger) {
        self.logger = logger
        if let credentials = try? ServiceCredentials(contentsOf: path) { self.use(credentials) }
    }

    var credential: RegistryCredential? { self.current.withLock { $0 } }

    /// Signs with these from now on.
    func use(_ credentials: ServiceCredentials) {
        let key = credentials.privateKey
        do {
            let credential = try RegistryCredential(certificateChain: credentials.chain) { octets in
                Array(try key.signature(for: octets).derRepresentation)
            }
            self.current.withLock { $0 = credential }
        } catch {
            self.logger.error("cards are not counter-signed", metadata: ["error": "\(error)"])
        }
    }
}
