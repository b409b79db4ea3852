// What a ceremony finds and makes, gathered as it goes.

import PKIX
import Signing
import Synchronization

/// The keys of a ceremony so far.
final class CeremonyRecord: Sendable {
    /// A key on a token.
    struct Key: Sendable {
        let label: String
        let token: String
        let publicKey: SubjectPublicKey
        let isNew: Bool
    }

    private let state = Mutex<[Key]>([])
    private let transcripts: [String]

    /// - Parameter transcripts: the texts of the transcripts of earlier ceremonies.
    init(transcripts: [String]) {
        self.transcripts = transcripts
    }

    /// Whether the transcript of an earlier ceremony has a fingerprint.
    func isInTranscript(_ sha256: String) -> Bool { self.transcripts.contains { $0.contains(sha256) } }

    var keys: [Key] { self.state.withLock { $0 } }

    func add(_ key: TokenKey, token: String, publicKey: SubjectPublicKey, isNew: Bool) {
        self.state.withLock { $0.append(Key(label: key.label, token: token, publicKey: publicKey, isNew: isNew)) }
    }

    func key(_ label: String, token: String) -> SubjectPublicKey? {
        self.keys.first { $0.label == label && $0.token == token }?.publicKey
    }
}
