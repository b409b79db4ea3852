// TLSA on the wire (RFC 6698 §2.1).

extension TLSARecord {
    /// Reads three octets and the association.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.init(
            usage: try reader.octet(),
            selector: try reader.octet(),
            matchingType: try reader.octet(),
            association: reader.rest()
        )
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        writer.write([self.usage, self.selector, self.matchingType])
        writer.write(self.association)
    }
}
