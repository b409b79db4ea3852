// DNSKEY and CDNSKEY on the wire (RFC 4034 §2.1).

extension ZoneKey {
    /// Reads flags, protocol, algorithm and key; nil, and nothing read, for a protocol other than 3.
    ///
    /// "The Protocol Field MUST have value 3, and the DNSKEY RR MUST be treated as invalid […] if […] some other".
    init?(_ reader: inout WireReader) throws(DNSError) {
        var ahead = reader
        let flags = try ahead.uint16()
        guard try ahead.octet() == 3 else { return nil }
        self.init(flags: flags, algorithm: try ahead.octet(), publicKey: ahead.rest())
        reader = ahead
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        writer.uint16(self.flags)
        writer.write([3, self.algorithm])
        writer.write(self.publicKey)
    }
}
