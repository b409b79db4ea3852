// Writing of the wire format (RFC 1035 §4.1), without compression.

/// Octets that grow.
struct WireWriter {
    /// What was written.
    private(set) var octets: [UInt8] = []

    /// Appends an octet.
    mutating func octet(_ value: UInt8) {
        self.octets.append(value)
    }

    /// Appends a number in two octets.
    mutating func uint16(_ value: UInt16) {
        self.octets.append(UInt8(truncatingIfNeeded: value >> 8))
        self.octets.append(UInt8(truncatingIfNeeded: value))
    }

    /// Appends a number in four octets.
    mutating func uint32(_ value: UInt32) {
        self.uint16(UInt16(truncatingIfNeeded: value >> 16))
        self.uint16(UInt16(truncatingIfNeeded: value))
    }

    /// Appends octets as they are.
    mutating func write(_ octets: some Sequence<UInt8>) {
        self.octets.append(contentsOf: octets)
    }

    /// Appends a character-string; what is beyond 255 octets is not written, and ``RecordData/validate()`` refuses it.
    mutating func characterString(_ string: [UInt8]) {
        self.octet(UInt8(min(string.count, 255)))
        self.write(string.prefix(255))
    }

    /// Appends a name, uncompressed.
    mutating func name(_ name: DomainName) {
        for label in name.labels { self.characterString(label) }
        self.octet(0)
    }

    /// Appends data after their length in two octets.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord` when the length does not fit.
    mutating func counted(_ data: [UInt8]) throws(DNSError) {
        guard let length = UInt16(exactly: data.count) else {
            throw DNSError(.invalidRecord, "a record's data have at most 65535 octets")
        }
        self.uint16(length)
        self.write(data)
    }
}
