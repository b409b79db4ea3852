// The agent's server certificate: its key never reaches us, so that what is installed is the certificate alone, with its chain in
// one file, `server.pem`, replaced whole.

import AtomicFiles
public import Foundation
public import PKIX
import X509

/// A server certificate as it is installed, or may be.
public struct AgentServerCertificate: Hashable, Sendable {
    /// The certificate and those above it in PEM.
    public let pem: String
    /// The last second of validity.
    public let notAfter: CertificateTime
    let leaf: EncodedCertificate

    /// Reads certificates in PEM, the server's first.
    init(pem: String) throws(AgentClientError) {
        do {
            let certificates = try EncodedCertificate.all(inPEM: pem)
            guard let leaf = certificates.first else {
                throw AgentClientError(.unacceptableCertificate, "a server certificate without a certificate came")
            }
            self.leaf = leaf
            self.pem = certificates.map(\.pem).joined()
            self.notAfter = CertificateTime(leaf.fields.notValidAfter)
        } catch let error as AgentClientError {
            throw error
        } catch {
            throw AgentClientError(.unacceptableCertificate, "the server certificate cannot be read: \(error)")
        }
    }
}

extension AgentDirectory {
    /// The server certificate with its chain.
    public var serverCertificatePath: String { "\(self.path)/server.pem" }
    /// The key of the server, where it is kept beside it; made by whoever made the server's request.
    public var serverKeyPath: String { "\(self.path)/server-key.pem" }
}

extension Agent {
    /// The server certificate that the authority has and that is to be installed; nil when none is newer than what is there.
    ///
    /// - Throws: ``AgentClientError``: `.notEnrolled` and others, `.unacceptableCertificate` for one of another host or key.
    public func newerServerCertificate(
        with client: APIClient,
        at now: Date
    ) async throws -> AgentServerCertificate? {
        let application = try self.directory.installed().application
        guard let name = application.nameTexts.first(where: { $0.hasPrefix("ans://") }),
            let host = try? ANSName(name).host.description
        else { return nil }
        let documents = try await client.serverCertificates(ofAgent: name, host: host)
        guard let newest = documents.last(where: { $0.status == "VALID" }) else { return nil }
        let offered = try AgentServerCertificate(pem: newest.certificatePEM + "\n" + (newest.chainPEM ?? ""))
        guard offered.leaf.fields.notValidAfter > now else { return nil }
        if let installed = try self.installedServerCertificate(), installed.leaf.der == offered.leaf.der { return nil }
        try self.check(offered, host: host)
        return offered
    }

    /// Installs a server certificate.
    ///
    /// - Throws: ``AgentClientError`` with `.fileFailed`; what was installed before stands.
    public func install(_ certificate: AgentServerCertificate) throws(AgentClientError) {
        do {
            try AtomicFile.write(Array(certificate.pem.utf8), to: self.directory.serverCertificatePath, mode: 0o644)
        } catch {
            throw AgentClientError(.fileFailed, "\(error)")
        }
    }

    private func installedServerCertificate() throws(AgentClientError) -> AgentServerCertificate? {
        let path = self.directory.serverCertificatePath
        guard AtomicFile.exists(path) else { return nil }
        do {
            let content = try AtomicFile.read(path, limit: Budget.enrolmentFileBytes)
            // What is damaged is replaced.
            return try? AgentServerCertificate(pem: String(decoding: content, as: UTF8.self))
        } catch {
            throw AgentClientError(.fileFailed, "\(error)")
        }
    }

    private func check(_ offered: AgentServerCertificate, host: String) throws(AgentClientError) {
        let names = (try? offered.leaf.fields.extensions.subjectAlternativeNames).map(Array.init) ?? []
        let star = "*." + host.drop { $0 != "." }.dropFirst()
        let isForHost = names.contains { name in
            if case .dnsName(let text) = name { return text.lowercased() == host || text.lowercased() == star }
            return false
        }
        guard isForHost else {
            throw AgentClientError(.unacceptableCertificate, "the server certificate is not for \(host)")
        }
        guard AtomicFile.exists(self.directory.serverKeyPath) else { return }
        let path = self.directory.serverKeyPath
        let content = try SecretFile.load(path, what: "the server's key", limit: Budget.enrolmentFileBytes)
        let key = try AgentKey(pem: String(decoding: content, as: UTF8.self), source: path)
        guard let certified = try? SubjectPublicKey(offered.leaf.fields.publicKey), certified == key.publicKey else {
            throw AgentClientError(.unacceptableCertificate, "the server certificate is for another key than \(path)")
        }
    }
}
