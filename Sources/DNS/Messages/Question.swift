// The question of a message (RFC 1035 §4.1.2), which in an UPDATE is its zone (RFC 2136 §2.3).

/// What is asked for.
public struct Question: Hashable, Sendable {
    /// The name.
    public let name: DomainName
    /// The type.
    public let type: RecordType
    /// The class.
    public let recordClass: RecordClass

    /// Creates a question.
    public init(name: DomainName, type: RecordType, recordClass: RecordClass = .internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    /// Reads the next question.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.init(
            name: try reader.name(),
            type: RecordType(rawValue: try reader.uint16()),
            recordClass: RecordClass(rawValue: try reader.uint16())
        )
    }

    /// Appends the question.
    func write(to writer: inout WireWriter) {
        writer.name(self.name)
        writer.uint16(self.type.rawValue)
        writer.uint16(self.recordClass.rawValue)
    }
}
