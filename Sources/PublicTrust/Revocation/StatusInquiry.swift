// One certificate's sources asked in turn, until one says something that decides.

import PKIX

/// A question about a certificate.
struct StatusInquiry {
    let checker: RevocationChecker
    let certificate: PathCertificate
    let issuer: PathCertificate
    let time: CertificateTime

    /// Asks; also says until when the answer may be remembered, nil for as long as anything may.
    func ask() async -> (StatusReport, until: CertificateTime?) {
        let sources = StatusSources(of: self.certificate)
        if let note = sources.exemption {
            let evidence = StatusEvidence(source: .none, status: .good, note: note)
            return (StatusReport(status: .good, evidence: [evidence]), nil)
        }
        var evidence: [StatusEvidence] = []
        for url in sources.responders {
            let found = await self.askResponder(at: url)
            evidence.append(found)
            if found.isDecisive { return (StatusReport(status: found.status, evidence: evidence), found.nextUpdate) }
        }
        for url in sources.lists {
            let (found, until) = await self.askList(at: url, sources.lists)
            evidence.append(found)
            if found.isDecisive { return (StatusReport(status: found.status, evidence: evidence), until) }
        }
        if evidence.isEmpty {
            let note = "the certificate names neither an OCSP responder nor a CRL"
            evidence.append(StatusEvidence(source: .none, status: .unavailable, note: note))
        }
        return (StatusReport(status: Self.undecided(evidence), evidence: evidence), nil)
    }

    private static func undecided(_ evidence: [StatusEvidence]) -> CertificateStatus {
        // A source that we had no room to ask might have decided.
        if evidence.contains(where: { $0.status == .busy }) { return .busy }
        // A responder that does not know the certificate has answered; nothing after it said more.
        return evidence.contains { $0.status == .unknown } ? .unknown : .unavailable
    }

    private func askResponder(at url: String) async -> StatusEvidence {
        let room = self.checker.room
        guard room.take(Budget.ocspResponseBytes) else { return .busy(.ocsp(url)) }
        defer { room.giveBack(Budget.ocspResponseBytes) }
        do throws(StatusFailure) {
            let inquiry = try OCSPInquiry(about: self.certificate, of: self.issuer, nonce: self.checker.nonces?())
            let answer = try await self.checker.exchange.answer(to: inquiry.call(at: url))
            return try inquiry.judge(answer, from: url, at: self.time)
        } catch {
            return StatusEvidence(source: .ocsp(url), status: .unavailable, note: error.reason)
        }
    }

    private func askList(at url: String, _ addresses: [String]) async -> (StatusEvidence, until: CertificateTime?) {
        do throws(StatusFailure) {
            switch await self.list(at: url) {
            case .busy: return (.busy(.crl(url)), nil)
            case .failure(let failure): throw failure
            case .list(let list, let until):
                let inquiry = CRLInquiry(certificate: self.certificate, issuer: self.issuer, addresses: addresses)
                let found = try inquiry.judge(list, from: url, at: self.time)
                let end = min(until, found.nextUpdate ?? until)
                // Only what verified is kept, so that nobody fills the memory with anything else.
                self.checker.lists.remember(.list(list, until: end), of: url, at: self.time)
                return (found, end)
            }
        } catch {
            return (StatusEvidence(source: .crl(url), status: .unavailable, note: error.reason), nil)
        }
    }

    /// The list at an address: as remembered, or fetched once for all who want it.
    private func list(at url: String) async -> ListFinding {
        let (checker, time) = (self.checker, self.time)
        return await checker.listFlights.value(of: url) {
            if let known = checker.lists.finding(at: url, at: time) { return known }
            guard checker.room.take(Budget.crlBytes) else { return .busy }
            defer { checker.room.giveBack(Budget.crlBytes) }
            do throws(StatusFailure) {
                let list = try await checker.exchange.answer(to: StatusCall(url: url, limit: Budget.crlBytes))
                return .list(list, until: time + Budget.statusMemory)
            } catch {
                if !Task.isCancelled { checker.lists.remember(.failure(error), of: url, at: time) }
                return .failure(error)
            }
        }
    }
}

extension StatusEvidence {
    fileprivate var isDecisive: Bool {
        switch self.status {
        case .good, .revoked: true
        case .unknown, .unavailable, .busy: false
        }
    }

    fileprivate static func busy(_ source: Source) -> StatusEvidence {
        StatusEvidence(source: source, status: .busy, note: "too many status services are being asked at once")
    }
}
