// The octets that an entry's hash covers. A stranger recomputes the hash from this description and a JSON export alone:
//
//     hash = SHA-256(
//         "signet audit entry v1" 0x00        21 octets of ASCII and a zero: domain and version
//         u64   sequence
//         32    previousHash                  the hash of entry sequence - 1; zeros for entry 1
//         i64   at                            milliseconds since 1970-01-01T00:00:00Z, two's complement
//         text  actor
//         text  action
//         text  object
//         opt   address (text)
//         opt   requestID (text)
//         text  result                        "success", "denied:CODE" or "failure:CODE"
//         opt   profileHash (text, raw octets)
//         opt   policyHash (text, raw octets)
//         u32   number of details, then for each, in ascending order of the key's octets:
//               text key, text value
//     )
//
// Integers are big-endian. A `text` is a u32 number of octets and then these octets, UTF-8 without normalization. An `opt`
// is the octet 0 when absent, else the octet 1 and the value. Every field has a fixed place and its own length, so two
// different entries never give the same octets.

import Crypto

/// The canonical octets of an entry, version 1.
enum AuditEncoding {
    /// SHA-256 of the entry's octets; `buffer` is scratch space, to save an allocation an entry.
    static func hash(
        sequence: Int64,
        previousHash: [UInt8],
        event: AuditEvent,
        buffer: inout [UInt8]
    ) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        self.append(sequence: sequence, previousHash: previousHash, event: event, to: &buffer)
        return Array(SHA256.hash(data: buffer))
    }

    static func append(sequence: Int64, previousHash: [UInt8], event: AuditEvent, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "signet audit entry v1\0".utf8)
        buffer.append(integer: sequence)
        buffer.append(contentsOf: previousHash)
        buffer.append(integer: event.atMilliseconds)
        buffer.append(text: event.actor.utf8)
        buffer.append(text: event.action.rawValue.utf8)
        buffer.append(text: event.object.utf8)
        buffer.append(optional: event.address?.utf8)
        buffer.append(optional: event.requestID?.utf8)
        buffer.append(text: event.result.rawValue.utf8)
        buffer.append(optional: event.profileHash)
        buffer.append(optional: event.policyHash)
        buffer.append(details: event.details)
    }
}

extension [UInt8] {
    fileprivate mutating func append<Integer: FixedWidthInteger>(integer: Integer) {
        var shift = Integer.bitWidth
        while shift > 0 {
            shift -= 8
            self.append(UInt8(truncatingIfNeeded: integer >> shift))
        }
    }

    fileprivate mutating func append(text: some Collection<UInt8>) {
        self.append(integer: UInt32(clamping: text.count))
        self.append(contentsOf: text)
    }

    fileprivate mutating func append(optional: (some Collection<UInt8>)?) {
        guard let optional else { return self.append(0) }
        self.append(1)
        self.append(text: optional)
    }

    fileprivate mutating func append(details: [String: String]) {
        self.append(integer: UInt32(clamping: details.count))
        for (key, value) in details.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            self.append(text: key.utf8)
            self.append(text: value.utf8)
        }
    }
}
