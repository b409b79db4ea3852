// Zone transfer (AXFR, RFC 5936) with TSIG over many messages (RFC 8945 §5.3.1).

import Synchronization

extension RFC2136Provider {
    /// The records of a zone, of one type or of all, at most `limit`.
    func transfer(
        _ zone: DomainName,
        type: RecordType?,
        limit: Int
    ) async throws(ProviderFailure) -> [ResourceRecord] {
        var request = Message(id: self.exchange.client.randomID())
        request.questions = [Question(name: zone, type: RecordType(rawValue: 252))]
        let time = self.exchange.time
        do {
            let signed = try self.configuration.key.sign(request, at: time)
            let state = Mutex(
                ZoneTransfer(request, signed, key: self.configuration.key, time: time, limit: limit, type)
            )
            let outcome = try await self.exchange.client.stream(
                signed.octets,
                to: self.configuration.server,
                timeout: self.configuration.limit
            ) { octets throws(DNSError) in
                try state.withLock { transfer throws(DNSError) in try transfer.received(octets) }
            }
            return try self.records(outcome, of: zone)
        } catch let error as DNSError {
            throw ProviderFailure(error, at: self.configuration.server)
        } catch {
            throw error as? ProviderFailure ?? ProviderFailure(.unavailable, "\(self.configuration.server): \(error)")
        }
    }

    private func records(
        _ outcome: ZoneTransfer.Outcome,
        of zone: DomainName
    ) throws(ProviderFailure) -> [ResourceRecord] {
        let server = self.configuration.server
        switch outcome {
        case .complete(let records): return records
        case .failed(.refused):
            throw ProviderFailure(
                .unsupported,
                "\(server) does not let \(self.configuration.key) transfer zone \(zone); allow it (allow-transfer)"
            )
        case .failed(.notAuthoritative):
            throw ProviderFailure(.noSuchZone, "\(server) is not authoritative for zone \(zone) (NOTAUTH)")
        case .failed(let code): throw ProviderFailure(.unavailable, "\(server) answers \(code) to a zone transfer")
        }
    }
}

/// A transfer under way, as a value: messages go in, the records come out with the last.
struct ZoneTransfer: Sendable {
    /// How a transfer ends.
    enum Outcome: Sendable {
        /// The records of the zone.
        case complete([ResourceRecord])
        /// What the server says instead.
        case failed(ResponseCode)
    }

    private let request: Message
    private let key: TSIGKey
    private let time: UInt64
    private let limit: Int
    private let type: RecordType?
    private var priorCode: [UInt8]
    private var unsigned: [UInt8] = []
    private var messages = 0
    private var apexes = 0
    private var records: [ResourceRecord] = []

    init(
        _ request: Message,
        _ signed: SignedMessage,
        key: TSIGKey,
        time: UInt64,
        limit: Int,
        _ type: RecordType?
    ) {
        self.request = request
        self.key = key
        self.time = time
        self.limit = limit
        self.type = type
        self.priorCode = signed.code
    }

    /// Takes the next message; returns the outcome once there is one, nil before.
    mutating func received(_ octets: [UInt8]) throws(DNSError) -> Outcome? {
        let message = try Message(wire: octets)
        guard message.id == self.request.id, message.isResponse else {
            throw DNSError(.malformedMessage, "the server answered something else to a zone transfer")
        }
        try self.verify(octets, message)
        guard message.responseCode == .noError else { return .failed(message.responseCode) }
        self.messages += 1
        guard self.messages <= Budget.transferMessages else { throw DNSError(.tooMuch, "the zone is too large") }
        for record in message.answers.compactMap(\.record) { self.take(record) }
        guard self.apexes >= 2 else { return nil }
        // RFC 8945 §5.3.1: "The TSIG MUST be included on all first and last DNS messages".
        guard self.unsigned.isEmpty else { throw DNSError(.notAuthentic, "the transfer's last message is not signed") }
        return .complete(self.records)
    }

    private mutating func take(_ record: ResourceRecord) {
        // RFC 5936 §2.2: the zone's SOA record is the first and again the last.
        if record.data.type == .soa {
            self.apexes += 1
            if self.apexes > 1 { return }
        }
        let isWanted = self.type.map { $0 == record.data.type } ?? !record.data.type.isMadeBySigning
        if isWanted, self.records.count < self.limit { self.records.append(record) }
    }

    private mutating func verify(_ octets: [UInt8], _ message: Message) throws(DNSError) {
        if message.signatureOffset == nil, self.messages > 0, self.unsigned.count < Budget.messageOctets * 100 {
            self.unsigned += octets
            return
        }
        let signature = try self.key.signature(of: message)
        let prefix = [UInt8(self.priorCode.count >> 8), UInt8(self.priorCode.count & 0xFF)] + self.priorCode
        let body = try self.unsigned + TSIGKey.unsigned(octets, message, signature)
        let suffix = self.messages == 0 ? signature.variables(keyName: self.key.name) : signature.timers
        try self.key.check(signature, over: prefix + body + suffix)
        try TSIGKey.checkTime(signature, at: self.time)
        self.priorCode = signature.code
        self.unsigned = []
    }
}
