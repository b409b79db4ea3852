// A record within a message (RFC 1035 §4.1.3); in updates it may have no data (RFC 2136 §2.4, §2.5).

/// A record of a message.
public struct MessageRecord: Hashable, Sendable {
    /// The owner.
    public let name: DomainName
    /// The type, which records without data have as well.
    public let type: RecordType
    /// The class.
    public let recordClass: RecordClass
    /// For how many seconds it may be kept.
    public let ttl: UInt32
    /// What it says; nil in updates that name a whole set.
    public let data: RecordData?

    /// Creates a record without data, for updates.
    public init(name: DomainName, type: RecordType, recordClass: RecordClass) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
        self.ttl = 0
        self.data = nil
    }

    /// Creates a record.
    public init(name: DomainName, recordClass: RecordClass = .internet, ttl: UInt32, data: RecordData) {
        self.name = name
        self.type = data.type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }

    /// The record of a zone; nil in another class or without data.
    public var record: ResourceRecord? {
        guard self.recordClass == .internet, let data = self.data else { return nil }
        return ResourceRecord(name: self.name, ttl: self.ttl, data: data)
    }

    /// Reads the next record.
    init(_ reader: inout WireReader) throws(DNSError) {
        self.name = try reader.name()
        self.type = RecordType(rawValue: try reader.uint16())
        self.recordClass = RecordClass(rawValue: try reader.uint16())
        self.ttl = try reader.uint32()
        var section = try reader.section(Int(reader.uint16()))
        switch self.recordClass {
        case .internet: self.data = try RecordData(type: self.type, reader: &section)
        case .none, .any:
            self.data = section.remaining == 0 ? nil : try RecordData(type: self.type, reader: &section)
        // Of OPT the class is a size (RFC 6891 §6.1.2); other classes are not ours to read.
        default: self.data = .unknown(self.type, section.rest())
        }
    }

    /// Appends the record.
    func write(to writer: inout WireWriter) throws(DNSError) {
        writer.name(self.name)
        writer.uint16(self.type.rawValue)
        writer.uint16(self.recordClass.rawValue)
        writer.uint32(self.ttl)
        try writer.counted(self.data?.wire ?? [])
    }
}
