// Messages on the wire: reading takes compression and is strict with bounds; writing does without compression.

extension Message {
    private enum Bit {
        static let response: UInt16 = 0x8000
        static let authoritative: UInt16 = 0x0400
        static let truncated: UInt16 = 0x0200
        static let recursionDesired: UInt16 = 0x0100
        static let recursionAvailable: UInt16 = 0x0080
        static let authenticated: UInt16 = 0x0020
        static let checkingDisabled: UInt16 = 0x0010
    }

    /// Reads a message.
    ///
    /// - Throws: ``DNSError`` with `.malformedMessage`.
    public init(wire: [UInt8]) throws(DNSError) {
        var reader = WireReader(wire)
        self.init(id: try reader.uint16())
        try self.readFlags(reader.uint16())
        let counts = [try reader.uint16(), try reader.uint16(), try reader.uint16(), try reader.uint16()]
        for _ in 0..<counts[0] { self.questions.append(try Question(&reader)) }
        for _ in 0..<counts[1] { self.answers.append(try MessageRecord(&reader)) }
        for _ in 0..<counts[2] { self.authorities.append(try MessageRecord(&reader)) }
        for _ in 0..<counts[3] { try self.readAdditional(&reader) }
        try reader.finish("a message")
    }

    private mutating func readFlags(_ flags: UInt16) throws(DNSError) {
        guard let operation = Operation(rawValue: UInt8(flags >> 11 & 15)) else {
            throw DNSError(.malformedMessage, "opcode \(flags >> 11 & 15) is not used here")
        }
        self.operation = operation
        self.isResponse = flags & Bit.response != 0
        self.isAuthoritative = flags & Bit.authoritative != 0
        self.isTruncated = flags & Bit.truncated != 0
        self.recursionDesired = flags & Bit.recursionDesired != 0
        self.recursionAvailable = flags & Bit.recursionAvailable != 0
        self.isAuthenticated = flags & Bit.authenticated != 0
        self.checkingDisabled = flags & Bit.checkingDisabled != 0
        self.responseCode = ResponseCode(rawValue: flags & 15)
    }

    private mutating func readAdditional(_ reader: inout WireReader) throws(DNSError) {
        // RFC 8945 §5.1: the TSIG record is the last of the additional section.
        guard self.signatureOffset == nil else { throw DNSError(.malformedMessage, "a record follows the TSIG record") }
        let offset = reader.offset
        let record = try MessageRecord(&reader)
        switch record.type {
        case .opt:
            // RFC 6891 §6.1.1: "If a query message with more than one OPT RR is received, a FORMERR MUST be returned."
            guard self.extensions == nil, record.name == .root else {
                throw DNSError(.malformedMessage, "OPT stands twice, or not at the root")
            }
            self.extensions = Extensions(
                payloadSize: record.recordClass.rawValue,
                wantsSignatures: record.ttl & 0x8000 != 0
            )
            let upper = UInt16(truncatingIfNeeded: record.ttl >> 24) << 4
            self.responseCode = ResponseCode(rawValue: upper | self.responseCode.rawValue)
        case .tsig:
            self.signatureOffset = offset
            self.additionals.append(record)
        default: self.additionals.append(record)
        }
    }
}

extension Message {
    /// The message on the wire.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord` when a record, `.tooMuch` when the message becomes too long.
    public func wire() throws(DNSError) -> [UInt8] {
        var writer = WireWriter()
        writer.uint16(self.id)
        writer.uint16(self.flags)
        let additionals = self.additionals.count + (self.extensions == nil ? 0 : 1)
        for count in [self.questions.count, self.answers.count, self.authorities.count, additionals] {
            guard let count = UInt16(exactly: count) else { throw DNSError(.tooMuch, "more than 65535 records") }
            writer.uint16(count)
        }
        for question in self.questions { question.write(to: &writer) }
        for record in self.answers + self.authorities { try record.write(to: &writer) }
        self.writeExtensions(to: &writer)
        for record in self.additionals { try record.write(to: &writer) }
        guard writer.octets.count <= Budget.messageOctets else {
            throw DNSError(.tooMuch, "the message has more than 65535 octets")
        }
        return writer.octets
    }

    private var flags: UInt16 {
        var flags = UInt16(self.operation.rawValue) << 11 | self.responseCode.rawValue & 15
        if self.isResponse { flags |= Bit.response }
        if self.isAuthoritative { flags |= Bit.authoritative }
        if self.isTruncated { flags |= Bit.truncated }
        if self.recursionDesired { flags |= Bit.recursionDesired }
        if self.recursionAvailable { flags |= Bit.recursionAvailable }
        if self.isAuthenticated { flags |= Bit.authenticated }
        if self.checkingDisabled { flags |= Bit.checkingDisabled }
        return flags
    }

    private func writeExtensions(to writer: inout WireWriter) {
        guard let extensions = self.extensions else { return }
        writer.octet(0)
        writer.uint16(RecordType.opt.rawValue)
        writer.uint16(extensions.payloadSize)
        writer.octet(UInt8(truncatingIfNeeded: self.responseCode.rawValue >> 4))
        writer.octet(0)
        writer.uint16(extensions.wantsSignatures ? 0x8000 : 0)
        writer.uint16(0)
    }
}
