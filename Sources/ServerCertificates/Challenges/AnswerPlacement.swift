// Placing answers, looking for them, removing them.

import ACME
import DNS
import PKIX

extension ChallengeWays {
    /// Places an answer; one that is there stays, and what owners and the listener answer needs nothing but its record.
    func place(_ answer: PlacedAnswer) async throws {
        switch answer.way {
        case .zone: try await self.placeRecord(answer)
        case .command: try await self.command(for: answer).place(ChallengeFile(answer.challenge))
        case .listener, .owner: break
        }
    }

    private func placeRecord(_ answer: PlacedAnswer) async throws {
        let (zone, record) = try await self.record(of: answer)
        // An order of a former version may have chosen a name that is not admitted any more.
        guard await self.admits(record.name, for: try DomainName(answer.challenge.recordName)) else {
            throw ServerCertificateError(
                .noChallenge,
                "\(answer.challenge.recordName) is an alias of \(record.name), which is no name for answers to challenges:"
                    + " have it lead below one of acme.delegations, or remove it"
            )
        }
        try self.check(await zone.provider.apply([.add(record)], in: zone.apex), record)
    }

    /// Removes an answer; one that is not there does no harm.
    func remove(_ answer: PlacedAnswer) async throws {
        switch answer.way {
        case .zone: try await self.removeRecord(answer)
        case .command: try await self.command(for: answer).remove(ChallengeFile(answer.challenge))
        case .listener, .owner: break
        }
    }

    /// What places the answer's file.
    private func command(for answer: PlacedAnswer) throws(ServerCertificateError) -> any ChallengeFilePlacing {
        let host = answer.challenge.identifier.value
        guard let placing = self.placing, placing.isFor(host) else {
            throw ServerCertificateError(
                .answerNotFound,
                "no command places files on \(host) any more; name it again under acme.httpCommand, or remove"
                    + " \(answer.challenge.path) there by hand",
                isTransient: true
            )
        }
        return placing
    }

    private func removeRecord(_ answer: PlacedAnswer) async throws {
        let (zone, record) = try await self.record(of: answer)
        let results = await zone.provider.apply([.remove(record)], in: zone.apex)
        // With the zone went the record.
        if case .failed(let failure) = results.first, failure.kind == .noSuchZone { return }
        try self.check(results, record)
    }

    /// What is missing, in words; nil when the CA will find the answer.
    ///
    /// For records, every authoritative server of the zone is asked.
    func missing(_ answer: PlacedAnswer) async throws -> String? {
        switch answer.way {
        case .listener: return nil
        case .zone:
            let (zone, record) = try await self.record(of: answer)
            return try await self.missing(record.name, answer, in: zone.authoritative)
        case .command: return await self.missingFile(answer.challenge)
        case .owner where answer.challenge.type == .http01: return await self.missingFile(answer.challenge)
        case .owner:
            let name = try DomainName(answer.challenge.recordName)
            return try await self.missing(try await self.resolver.records(name, .txt).canonicalName, answer, in: nil)
        }
    }

    private func missing(
        _ name: DomainName,
        _ answer: PlacedAnswer,
        in zone: AuthoritativeZone?
    ) async throws(DNSError) -> String? {
        let expected = RecordExpectation(name: name, type: .txt, present: [.text(answer.challenge.recordValue)])
        let report = try await self.propagation.check([expected], in: zone)
        return report.isComplete ? nil : report.reasons.prefix(3).joined(separator: "; ")
    }

    private func missingFile(_ challenge: PreparedChallenge) async -> String? {
        let host = challenge.identifier.value
        let place = "http://\(host)\(challenge.path)"
        do {
            guard let content = try await self.files.content(at: challenge.path, of: host) else {
                return "there is no file at \(place)"
            }
            // RFC 8555 §8.3: "The server SHOULD ignore whitespace characters at the end of the body."
            let isSame = content.trimmingTrailingSpace == challenge.keyAuthorization
            return isSame ? nil : "the file at \(place) is another than the key authorization"
        } catch {
            return "\(place) cannot be read: \(error)"
        }
    }

    private func record(of answer: PlacedAnswer) async throws -> (ChallengeZone, ResourceRecord) {
        guard case .zone(let apexText, let nameText) = answer.way else {
            throw ServerCertificateError(.answerNotFound, "the answer to \(answer.challenge) is no record")
        }
        let (apex, name) = (try DomainName(apexText), try DomainName(nameText))
        guard let zone = await self.zone(name), zone.apex == apex else {
            throw ServerCertificateError(
                .answerNotFound,
                "zone \(apex) is not among those that we write any more; connect it again, or remove \(name) TXT by hand",
                isTransient: true
            )
        }
        let data = RecordData.text(answer.challenge.recordValue)
        return (zone, ResourceRecord(name: name, ttl: Budget.recordTTL, data: data))
    }

    private func check(_ results: [ChangeResult], _ record: ResourceRecord) throws(ServerCertificateError) {
        let reason: String
        switch results.first {
        case .done: return
        case .byHand(let instruction): reason = instruction
        case .failed(let failure): reason = failure.description
        case nil: reason = "the zone's host gave no result"
        }
        throw ServerCertificateError(.answerNotFound, "\(record.name) TXT: \(reason)", isTransient: true)
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: Substring {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
