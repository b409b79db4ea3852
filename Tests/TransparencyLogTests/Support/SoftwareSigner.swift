// Keys in memory, for tests alone.

import Crypto
import TransparencyLog

struct SoftwareSigner: CheckpointSigner {
    enum PrivateKey {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    let key: VerifierKey
    let privateKey: PrivateKey

    init(key: VerifierKey, privateKey: PrivateKey) {
        self.key = key
        self.privateKey = privateKey
    }

    init(name: String = "log.example/test", _ algorithm: VerifierKey.Algorithm = .ed25519) {
        let publicKey: [UInt8]
        if algorithm == .ecdsaP256 {
            let key = P256.Signing.PrivateKey()
            self.privateKey = .p256(key)
            publicKey = Array(key.publicKey.derRepresentation)
        } else {
            let key = Curve25519.Signing.PrivateKey()
            self.privateKey = .ed25519(key)
            publicKey = Array(key.publicKey.rawRepresentation)
        }
        self.key = try! VerifierKey(name: name, algorithm: algorithm, publicKey: publicKey)
    }

    func sign(_ message: [UInt8]) async throws -> [UInt8] {
        switch self.privateKey {
        case .ed25519(let key): Array(try key.signature(for: message))
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: message)).derRepresentation)
        }
    }
}
