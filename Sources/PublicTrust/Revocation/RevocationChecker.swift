// The status of the certificates of a path, as their CAs publish it: OCSP first, for it is small; then the CRL.

import Crypto
import Logging
public import PKIX
import X509

/// Asks whether certificates are revoked; any number of tasks may ask at once.
public struct RevocationChecker: Sendable {
    private let exchange: any StatusExchange
    private let nonces: (@Sendable () -> [UInt8])?
    private let memory = StatusMemory()

    /// Creates a checker.
    ///
    /// - Parameters:
    ///   - exchange: what calls the services.
    ///   - nonces: makes a nonce of 16 to 32 random octets for every question (RFC 9654 §2.1); nil for questions that caches
    ///     can answer.
    public init(exchange: any StatusExchange, nonces: (@Sendable () -> [UInt8])? = nil) {
        self.exchange = exchange
        self.nonces = nonces
    }

    /// The status of the first certificate of a path.
    ///
    /// - Parameter time: now.
    public func status(of path: TrustedPath, at time: CertificateTime) async -> StatusReport {
        guard path.path.count > 1 else {
            let note = "a trust root: nobody else answers for it"
            return StatusReport(status: .good, evidence: [StatusEvidence(source: .none, status: .good, note: note)])
        }
        return await self.status(of: path.path[0], issuer: path.path[1], at: time)
    }

    /// The status of every certificate of a path below the trust root, the leaf's first.
    public func statuses(of path: TrustedPath, at time: CertificateTime) async -> [StatusReport] {
        var reports = [await self.status(of: path, at: time)]
        for (certificate, issuer) in zip(path.path, path.path.dropFirst()).dropFirst() {
            reports.append(await self.status(of: certificate, issuer: issuer, at: time))
        }
        return reports
    }

    private func status(
        of certificate: PathCertificate,
        issuer: PathCertificate,
        at time: CertificateTime
    ) async -> StatusReport {
        let fingerprint = Array(SHA256.hash(data: certificate.encoded.der))
        if let known = self.memory.report(of: fingerprint, at: time) { return known }
        let report = await self.ask(about: certificate, issuer, at: time)
        self.memory.remember(report, of: fingerprint, at: time)
        return report
    }

    private func ask(
        about certificate: PathCertificate,
        _ issuer: PathCertificate,
        at time: CertificateTime
    ) async -> StatusReport {
        let sources = StatusSources(of: certificate)
        if let note = sources.exemption {
            return StatusReport(status: .good, evidence: [StatusEvidence(source: .none, status: .good, note: note)])
        }
        var evidence: [StatusEvidence] = []
        for url in sources.responders {
            evidence.append(await self.askResponder(at: url, about: certificate, issuer, at: time))
            if let last = evidence.last, last.isDecisive {
                return StatusReport(status: last.status, evidence: evidence)
            }
        }
        for url in sources.lists {
            evidence.append(await self.askList(at: url, sources.lists, about: certificate, issuer, at: time))
            if let last = evidence.last, last.isDecisive {
                return StatusReport(status: last.status, evidence: evidence)
            }
        }
        if evidence.isEmpty {
            let note = "the certificate names neither an OCSP responder nor a CRL"
            evidence.append(StatusEvidence(source: .none, status: .unavailable, note: note))
        }
        // A responder that does not know the certificate has answered; nothing after it said more.
        let isUnknown = evidence.contains { $0.status == .unknown }
        return StatusReport(status: isUnknown ? .unknown : .unavailable, evidence: evidence)
    }

    private func askResponder(
        at url: String,
        about certificate: PathCertificate,
        _ issuer: PathCertificate,
        at time: CertificateTime
    ) async -> StatusEvidence {
        do throws(StatusFailure) {
            let inquiry = try OCSPInquiry(about: certificate, of: issuer, nonce: self.nonces?())
            let answer = try await self.exchange.answer(to: inquiry.call(at: url))
            return try inquiry.judge(answer, from: url, at: time)
        } catch {
            return StatusEvidence(source: .ocsp(url), status: .unavailable, note: error.reason)
        }
    }

    private func askList(
        at url: String,
        _ addresses: [String],
        about certificate: PathCertificate,
        _ issuer: PathCertificate,
        at time: CertificateTime
    ) async -> StatusEvidence {
        do throws(StatusFailure) {
            let answer = try await self.exchange.answer(to: StatusCall(url: url, limit: Budget.crlBytes))
            let inquiry = CRLInquiry(certificate: certificate, issuer: issuer, addresses: addresses)
            return try inquiry.judge(answer, from: url, at: time)
        } catch {
            return StatusEvidence(source: .crl(url), status: .unavailable, note: error.reason)
        }
    }
}

extension StatusEvidence {
    fileprivate var isDecisive: Bool {
        switch self.status {
        case .good, .revoked: true
        case .unknown, .unavailable: false
        }
    }
}
