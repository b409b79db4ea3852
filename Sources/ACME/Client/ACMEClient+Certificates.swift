// Certificates: download with alternate chains (RFC 8555 §7.4.2), revocation (§7.6), renewal information (RFC 9773).

import JOSE
import JSON
import Logging
import OutboundHTTP
public import PKIX

extension ACMEClient {
    /// Fetches a certificate with its chain, by preference one that leads to a root.
    ///
    /// - Parameters:
    ///   - url: the address that the order names.
    ///   - root: the root to prefer among the chains that the CA offers; the CA's first chain is taken when none leads there.
    /// - Throws: ``ACMEError``, with `.malformedAnswer` for anything but one to ``Budget/chainLength`` certificates in PEM.
    public func certificate(at url: String, preferring root: PreferredRoot? = nil) async throws -> IssuedChain {
        let (first, alternates) = try await self.chain(at: url)
        guard let root, !first.leads(to: root, knownRoots: self.configuration.knownRoots) else { return first }
        for alternate in alternates.prefix(Budget.alternateChains) {
            let (chain, _) = try await self.chain(at: alternate)
            if chain.leads(to: root, knownRoots: self.configuration.knownRoots) { return chain }
        }
        self.environment.logger.notice(
            "no chain of the CA leads to the preferred root",
            metadata: ["authority": "\(self.authority)", "root": "\(root)"]
        )
        return first
    }

    private func chain(at url: String) async throws -> (IssuedChain, alternates: [String]) {
        let mediaType = "application/pem-certificate-chain"
        let answer = try await self.post(SignedRequest(url: url, accept: mediaType, limit: Budget.chainBytes))
        guard answer.mediaType == mediaType else {
            let type = answer.mediaType.map { "'\($0.printable)'" } ?? "no media type"
            throw ACMEError(.malformedAnswer, "the CA sent \(type) for a certificate instead of \(mediaType)")
        }
        return (try IssuedChain(pem: answer.body), answer.links("alternate").filter(self.addresses.admits))
    }

    /// Revokes a certificate (RFC 8555 §7.6); one that is revoked already stays so.
    ///
    /// - Parameters:
    ///   - certificate: the certificate in DER.
    ///   - signer: the certificate's own key; nil to sign with the account's, which ordered it or controls all its names.
    /// - Throws: ``ACMEError``.
    public func revoke(
        _ certificate: [UInt8],
        reason: RevocationReason? = nil,
        signedBy signer: (any AccountSigner)? = nil
    ) async throws {
        guard let url = try await self.directory().revokeCertificate else {
            throw ACMEError(.unsupported, "the CA revokes nothing through ACME (no revokeCert in its directory)")
        }
        let payload = JSONValue.object(present: [
            "certificate": .string(Base64URL.encode(certificate)), "reason": reason.map { .integer($0.code) },
        ])
        let key: SignedRequest.Key = signer.map { .certificate($0) } ?? .account
        do {
            _ = try await self.post(SignedRequest(url: url, payload: payload, key: key))
        } catch let error as ACMEError where error.problem?.kind == "alreadyRevoked" {
            return
        }
    }

    /// When the CA wants a certificate to be renewed (RFC 9773 §4); nil when the CA does not say.
    ///
    /// Ask again at ``RenewalInfo/askAgainAt``, and no more once the certificate has expired.
    ///
    /// - Throws: ``ACMEError``.
    public func renewalInfo(for certificate: CertificateID) async throws -> RenewalInfo? {
        guard var url = try await self.directory().renewalInfo else { return nil }
        if !url.hasSuffix("/") { url += "/" }
        let answer = try await self.get(url + certificate.text)
        let now = self.environment.now()
        return try RenewalInfo(
            self.reader(answer, "renewal information"),
            retryAfter: answer.retryAfter(now: now),
            now: now
        )
    }
}
