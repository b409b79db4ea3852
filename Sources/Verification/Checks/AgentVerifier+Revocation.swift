// Whether one of the two certificates is revoked: ours by our own store, the public one as its CA publishes it.

import JSON
import PKIX
import PublicTrust
import X509

extension AgentVerifier {
    func identityRevocation(_ agentCase: AgentCase) async -> VerificationCheck {
        guard let identity = agentCase.identityLeaf,
            let serial = try? PKIX.SerialNumber(bytes: Array(identity.fields.serialNumber.bytes))
        else {
            return VerificationCheck(
                .identityRevocation,
                .failed,
                "there is no identity certificate with a serial number"
            )
        }
        let evidence = Checks.evidence(["serial": .string(serial.bytes.hexadecimal)])
        do {
            switch try await self.agents.status(of: serial) {
            case .good:
                return VerificationCheck(.identityRevocation, .passed, "our records have it as not revoked", evidence)
            case .unknown: return VerificationCheck(.identityRevocation, .failed, "it was not issued here", evidence)
            case .revoked(let time, let reason):
                let why = reason.map { " (\($0))" } ?? ""
                return VerificationCheck(.identityRevocation, .failed, "it was revoked at \(time)\(why)", evidence)
            }
        } catch {
            return VerificationCheck(.identityRevocation, .failed, "our records cannot be read now", evidence)
        }
    }

    /// - Parameter isAsked: whether the CA is asked: what fails anyhow is no reason to call others.
    /// - Throws: ``VerificationError`` with `.overloaded`.
    func serverRevocation(
        _ agentCase: AgentCase,
        _ path: TrustedPath?,
        isAsked: Bool,
        at time: CertificateTime
    ) async throws(VerificationError) -> VerificationCheck {
        guard let path else {
            return VerificationCheck(.serverRevocation, .skipped, "there is no path whose CA could be asked")
        }
        if agentCase.facts?.revokedServers.contains(path.leaf.fingerprint) == true {
            return VerificationCheck(.serverRevocation, .failed, "it was revoked through us")
        }
        guard isAsked else {
            return VerificationCheck(.serverRevocation, .skipped, "its CA was not asked: another check has failed")
        }
        let reports =
            self.policy.checksAuthorities
            ? await self.revocation.statuses(of: path, at: time) : [await self.revocation.status(of: path, at: time)]
        let evidence = Checks.evidence([
            "policy": .string(self.policy.revocation.rawValue),
            "sources": .array(reports.flatMap(\.evidence).map(\.json)),
        ])
        guard !reports.contains(where: { $0.status == .busy }) else {
            throw VerificationError(
                .overloaded,
                "too many public CAs are being asked at once; ask again in some seconds"
            )
        }
        if let bad = reports.first(where: { !self.policy.revocation.admits($0.status) }) {
            let reason = "its status, or that of a CA above it, is \(bad.status)"
            return VerificationCheck(.serverRevocation, .failed, reason, evidence)
        }
        guard reports.allSatisfy({ $0.status == .good }) else {
            let reason = "its CA's status is not to be had, which the policy admits"
            return VerificationCheck(.serverRevocation, .skipped, reason, evidence)
        }
        return VerificationCheck(.serverRevocation, .passed, "its CA has not revoked it", evidence)
    }
}

extension StatusEvidence {
    fileprivate var json: JSONValue {
        let (kind, url): (String, String?) =
            switch self.source {
            case .ocsp(let url): ("ocsp", url)
            case .crl(let url): ("crl", url)
            case .none: ("none", nil)
            }
        return .object(present: [
            "source": .string(kind), "url": url.map { .string($0.quoted) }, "status": .string(self.status.description),
            "thisUpdate": self.thisUpdate.map { .string($0.description) },
            "nextUpdate": self.nextUpdate.map { .string($0.description) }, "note": self.note.map { .string($0) },
        ])
    }
}
