// DS and CDS on the wire (RFC 4034 §5.1).

extension DelegationSigner {
    /// Reads key tag, algorithm, digest type and digest.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.init(
            keyTag: try reader.uint16(),
            algorithm: try reader.octet(),
            digestType: try reader.octet(),
            digest: reader.rest()
        )
    }

    /// Appends the data.
    func write(to writer: inout WireWriter) {
        writer.uint16(self.keyTag)
        writer.write([self.algorithm, self.digestType])
        writer.write(self.digest)
    }
}
