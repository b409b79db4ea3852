// Bodies of calls in JSON.

import Foundation

enum JSONBody {
    /// The octets of a document, members sorted: the same call has the same octets.
    static func octets(_ document: any Encodable) throws(ProviderFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(document))
        } catch {
            throw ProviderFailure(.invalid, "the records cannot be written as JSON: \(error)")
        }
    }
}
