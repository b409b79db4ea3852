// Nested metadata as a bounded list of keys and texts.

import Logging

/// Metadata flattened: keys joined with dots, in order, secrets replaced.
struct LogFields {
    private(set) var fields: [(key: String, value: String)] = []

    init(_ metadata: Logger.Metadata) {
        self.add(metadata, prefix: "", depth: 0)
    }

    private mutating func add(_ metadata: Logger.Metadata, prefix: String, depth: Int) {
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            if LogRedaction.isSecret(key) {
                self.add(prefix + key, text: LogRedaction.mark)
            } else {
                self.add(value, key: prefix + key, depth: depth)
            }
        }
    }

    private mutating func add(_ value: Logger.MetadataValue, key: String, depth: Int) {
        switch value {
        case .string(let text):
            self.add(key, text: text)
        case .stringConvertible(let value):
            self.add(key, text: value.description)
        case .dictionary where depth >= Budget.logDepth:
            self.add(key, text: "…")
        case .array where depth >= Budget.logDepth:
            self.add(key, text: "…")
        case .dictionary(let nested):
            self.add(nested, prefix: key + ".", depth: depth + 1)
        case .array(let values):
            for (index, value) in values.enumerated() { self.add(value, key: "\(key).\(index)", depth: depth + 1) }
        }
    }

    private mutating func add(_ key: String, text: String) {
        if self.fields.count < Budget.logFields { self.fields.append((key, text)) }
    }
}
