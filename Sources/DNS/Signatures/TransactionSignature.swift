// The data of a TSIG record (RFC 8945 §4.2).

/// A signature over a message.
struct TransactionSignature: Hashable {
    /// BADSIG, BADKEY, BADTIME, BADTRUNC (RFC 8945 §3).
    enum Failure {
        static let signature: UInt16 = 16
        static let key: UInt16 = 17
        static let time: UInt16 = 18
    }

    /// The algorithm's name.
    let algorithm: DomainName
    /// Seconds since 1970, 48 bits.
    let time: UInt64
    /// How many seconds the clocks may differ.
    let fudge: UInt16
    /// The code.
    var code: [UInt8]
    /// The id that was signed.
    let originalID: UInt16
    /// What the server holds against the request's signature.
    let error: UInt16
    /// With BADTIME the server's time, 48 bits.
    let other: [UInt8]

    /// Creates the signature of a request, yet without its code.
    init(algorithm: DomainName, time: UInt64, originalID: UInt16) {
        self.algorithm = algorithm
        self.time = time
        // RFC 8945 §10: "recommended […] 300 seconds".
        self.fudge = 300
        self.code = []
        self.originalID = originalID
        self.error = 0
        self.other = []
    }

    /// Reads the data.
    init(wire: [UInt8]) throws(DNSError) {
        var reader = WireReader(wire)
        self.algorithm = try reader.name()
        self.time = try UInt64(reader.uint16()) << 32 | UInt64(reader.uint32())
        self.fudge = try reader.uint16()
        self.code = try reader.read(Int(reader.uint16()))
        self.originalID = try reader.uint16()
        self.error = try reader.uint16()
        self.other = try reader.read(Int(reader.uint16()))
        try reader.finish("a TSIG record")
    }

    /// The data on the wire.
    var wire: [UInt8] {
        var writer = WireWriter()
        writer.name(self.algorithm)
        self.writeTimers(to: &writer)
        writer.uint16(UInt16(truncatingIfNeeded: self.code.count))
        writer.write(self.code)
        writer.uint16(self.originalID)
        writer.uint16(self.error)
        writer.uint16(UInt16(truncatingIfNeeded: self.other.count))
        writer.write(self.other)
        return writer.octets
    }

    /// The server's time with BADTIME.
    var serverTime: UInt64? {
        self.other.count == 6 ? self.other.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }

    /// What is signed besides the message (RFC 8945 §4.3.3).
    func variables(keyName: DomainName) -> [UInt8] {
        var writer = WireWriter()
        writer.name(keyName)
        writer.uint16(RecordClass.any.rawValue)
        writer.uint32(0)
        writer.name(self.algorithm)
        self.writeTimers(to: &writer)
        writer.uint16(self.error)
        writer.uint16(UInt16(truncatingIfNeeded: self.other.count))
        writer.write(self.other)
        return writer.octets
    }

    /// Time and fudge, all that is signed besides further messages of a transfer (RFC 8945 §5.3.1).
    var timers: [UInt8] {
        var writer = WireWriter()
        self.writeTimers(to: &writer)
        return writer.octets
    }

    private func writeTimers(to writer: inout WireWriter) {
        writer.uint16(UInt16(truncatingIfNeeded: self.time >> 32))
        writer.uint32(UInt32(truncatingIfNeeded: self.time))
        writer.uint16(self.fudge)
    }
}
