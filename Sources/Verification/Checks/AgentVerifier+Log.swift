// Whether the transparency log has the agent: the inclusion proof that makes Gold.

import PKIX
import PublicTrust
import X509

extension AgentVerifier {
    /// The log's entries about the identity certificate, and the agent's last event.
    ///
    /// - Parameter path: the identity's path to our root; without it nothing is asked.
    func logCheck(
        _ agentCase: AgentCase,
        _ path: TrustedPath?,
        at time: CertificateTime
    ) async -> VerificationCheck {
        guard let log = self.log else {
            return VerificationCheck(.log, .skipped, "there is no transparency log to ask")
        }
        guard let path, let facts = agentCase.facts,
            let serial = try? PKIX.SerialNumber(bytes: Array(path.leaf.fields.serialNumber.bytes))
        else { return VerificationCheck(.log, .skipped, "there is no valid identity certificate to look for") }
        let checks = LogChecks(
            origin: log.origin,
            fingerprint: "SHA256:\(path.leaf.fingerprint.hexadecimal)",
            serialNumber: serial,
            notBefore: CertificateTime(path.leaf.fields.notValidBefore),
            facts: facts,
            time: time
        )
        do throws(LogFailure) {
            let entries = try await log.entries(ofCertificate: serial)
            return checks.judge(entries, try await log.lastEntry(ofAgent: facts.agentID))
        } catch {
            return checks.check(
                error.kind == .contradiction ? .failed : .skipped,
                error.kind == .contradiction ? error.reason : "the log cannot say now: \(error.reason)"
            )
        }
    }
}
