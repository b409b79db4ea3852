// RRSIG on the wire (RFC 4034 §3.1).

extension RecordSignature {
    /// Reads the fields in their order.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.init(
            typeCovered: RecordType(rawValue: try reader.uint16()),
            algorithm: try reader.octet(),
            labels: try reader.octet(),
            originalTTL: try reader.uint32(),
            expiration: try reader.uint32(),
            inception: try reader.uint32(),
            keyTag: try reader.uint16(),
            signer: try reader.name(),
            signature: reader.rest()
        )
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        self.writeSigned(to: &writer)
        writer.write(self.signature)
    }

    /// Appends the data without the signature, as they are signed themselves (RFC 4034 §3.1.8.1).
    func writeSigned(to writer: inout WireWriter) {
        writer.uint16(self.typeCovered.rawValue)
        writer.write([self.algorithm, self.labels])
        for number in [self.originalTTL, self.expiration, self.inception] { writer.uint32(number) }
        writer.uint16(self.keyTag)
        writer.name(self.signer)
    }
}
