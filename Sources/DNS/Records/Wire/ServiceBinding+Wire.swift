// SVCB and HTTPS on the wire (RFC 9460 §2.2).

extension ServiceBinding {
    /// Reads priority, target and parameters.
    init(_ reader: inout WireReader) throws(DNSError) {
        let priority = try reader.uint16()
        let target = try reader.name()
        var parameters: [UInt16: [UInt8]] = [:]
        var last = -1
        while reader.remaining > 0 {
            let key = try reader.uint16()
            // "SvcParamKeys SHALL appear in increasing numeric order", and none twice.
            guard Int(key) > last else {
                throw DNSError(.malformedMessage, "the parameters of a service binding are not in ascending order")
            }
            last = Int(key)
            parameters[key] = try reader.read(Int(reader.uint16()))
        }
        self.init(priority: priority, target: target, parameters: parameters)
    }

    /// Appends the data; of a value beyond 65535 octets nothing, which ``RecordData/validate()`` refuses.
    func write(to writer: inout WireWriter) {
        writer.uint16(self.priority)
        writer.name(self.target)
        for (key, value) in self.parameters.sorted(by: { $0.key < $1.key }) {
            guard let length = UInt16(exactly: value.count) else { continue }
            writer.uint16(key)
            writer.uint16(length)
            writer.write(value)
        }
    }
}
