// What is installed, and whether it can be relied on.

public import Foundation
import PKIX

/// The state of an enrolment.
public struct AgentStatus: Hashable, Sendable {
    /// Whether a certificate can be relied on.
    public enum State: Hashable, Sendable {
        /// It is for the key beside it, leads to the root and is valid.
        case valid
        /// It has expired.
        case expired
        /// It does not verify, for this reason.
        case unverified(String)
    }

    /// The certificate.
    public let certificate: AgentCertificate
    /// Whether it can be relied on.
    public let state: State
}

extension Agent {
    /// What is installed, checked as it was before it was installed.
    ///
    /// - Throws: ``AgentClientError`` with `.notEnrolled`, `.damagedEnrolment` or `.exposedSecret`.
    public func status(at now: Date) async throws -> AgentStatus {
        let installed = try self.directory.installed()
        guard let leaf = try? EncodedCertificate.all(inPEM: installed.certificate).first else {
            throw AgentClientError(
                .damagedEnrolment,
                "\(self.directory.certificatePath) holds no certificate; enrol again with: signet agent enroll --force"
            )
        }
        let certificate = try AgentCertificate(leaf, installed.application, api: installed.record.api)
        return AgentStatus(certificate: certificate, state: self.state(of: installed, certificate, at: now))
    }

    private func state(
        of installed: InstalledAgent,
        _ certificate: AgentCertificate,
        at now: Date
    ) -> AgentStatus.State {
        guard certificate.secondsLeft(at: now) >= 0 else { return .expired }
        let check = CertificateCheck(
            publicKey: installed.key.publicKey,
            names: installed.application.names,
            roots: installed.roots
        )
        do {
            _ = try check.check(certificate: installed.certificate, chain: installed.chain, at: now)
            return .valid
        } catch {
            return .unverified(error.reason)
        }
    }
}
