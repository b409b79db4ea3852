// What an order tells whoever placed it.

import ACME
import PKIX

extension ServerOrder {
    /// What the owner has to place; empty unless the order waits for it.
    var challenges: [ServerCertificateChallenge] {
        guard self.status == .underway else { return [] }
        return self.answers.filter { $0.way == .owner }.map { placed in
            let challenge = placed.challenge
            return ServerCertificateChallenge(
                answer: challenge.type == .http01
                    ? .file(path: challenge.path, content: challenge.keyAuthorization)
                    : .record(name: challenge.recordName, value: challenge.recordValue),
                token: challenge.token,
                keyAuthorization: challenge.keyAuthorization
            )
        }
    }

    /// The failure as the port has it.
    func issuingFailure(isTransient: Bool) -> IssuingFailure? {
        self.failure.map { IssuingFailure(code: $0.code, reason: $0.reason, isTransient: isTransient) }
    }

    /// How far it is, as long as no certificate is kept.
    var progress: ServerCertificateProgress {
        switch self.status {
        case .underway: .underway(self.challenges, hindrance: self.issuingFailure(isTransient: true))
        case .obtained, .failed, .cancelled:
            .failed(
                self.issuingFailure(isTransient: false)
                    ?? ServerCertificateError(.certificateNotFound, "the certificate of the order is not kept any more")
                    .failure
            )
        }
    }
}
