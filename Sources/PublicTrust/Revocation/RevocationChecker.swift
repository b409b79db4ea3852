// The status of the certificates of a path, as their CAs publish it: OCSP first, for it is small; then the CRL.

import Crypto
public import PKIX
import X509

/// Asks whether certificates are revoked; any number of tasks may ask at once.
///
/// It remembers what it was told, asks about one certificate, and for one CRL, once at a time, and asks only so much at once
/// (``Budget/exchanges``, ``Budget/exchangeBytes``): what goes beyond is ``CertificateStatus/busy``. Memory and room are its own:
/// who must not be kept from asking by others has a checker for itself.
public struct RevocationChecker: Sendable {
    let exchange: any StatusExchange
    let nonces: (@Sendable () -> [UInt8])?
    let room = ExchangeRoom()
    let lists = ListMemory()
    let listFlights = SingleFlight<String, ListFinding>()
    private let memory = StatusMemory()
    private let flights = SingleFlight<[UInt8], StatusReport>()

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
        return await self.flights.value(of: fingerprint) {
            if let known = self.memory.report(of: fingerprint, at: time) { return known }
            let inquiry = StatusInquiry(checker: self, certificate: certificate, issuer: issuer, time: time)
            let (report, until) = await inquiry.ask()
            // An exchange that was broken off on our side says nothing of the certificate.
            if !Task.isCancelled { self.memory.remember(report, of: fingerprint, until: until, at: time) }
            return report
        }
    }
}
