// SOA on the wire (RFC 1035 §3.3.13).

extension StartOfAuthority {
    /// Reads MNAME, RNAME and five numbers.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.init(
            primary: try reader.name(),
            mailbox: try reader.name(),
            serial: try reader.uint32(),
            refresh: try reader.uint32(),
            retry: try reader.uint32(),
            expire: try reader.uint32(),
            minimum: try reader.uint32()
        )
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        writer.name(self.primary)
        writer.name(self.mailbox)
        for number in [self.serial, self.refresh, self.retry, self.expire, self.minimum] { writer.uint32(number) }
    }
}
