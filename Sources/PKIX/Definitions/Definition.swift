// Operators' files (profiles, hierarchy, configuration) as strict YAML: unknown keys are errors, and every error names
// file, line and rule.

import Yams

/// A value in an operator's file, with the place where it stands.
public struct Definition {
    /// The file's name, for messages.
    public let file: String
    /// Where the value stands in the file, as a path of keys, for messages.
    public let path: String
    private let node: Node

    /// Parses a file's text.
    ///
    /// - Throws: ``PKIXError`` with `.invalidDefinition` when it is too large, not YAML, or empty.
    public init(text: String, file: String) throws(PKIXError) {
        guard text.utf8.count <= Budget.definitionBytes else {
            throw PKIXError(.invalidDefinition, "\(file): larger than \(Budget.definitionBytes) octets")
        }
        if let line = Self.lineOfAlias(in: text) {
            throw PKIXError(
                .invalidDefinition,
                "\(file):\(line): references (*name) are not admitted; write the value out"
            )
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw PKIXError(.invalidDefinition, "\(file): the file is empty")
            }
            self.init(node: node, file: file, path: "")
        } catch let error as PKIXError {
            throw error
        } catch {
            throw PKIXError(.invalidDefinition, "\(file): not YAML: \(String("\(error)".prefix(500)))")
        }
    }

    private init(node: Node, file: String, path: String) {
        self.node = node
        self.file = file
        self.path = path
    }

    /// An error about this value: `file:line: path: rule`.
    public func error(_ rule: String) -> PKIXError {
        let line = self.node.mark.map { ":\($0.line)" } ?? ""
        return PKIXError(.invalidDefinition, "\(self.file)\(line): \(self.path.isEmpty ? "" : self.path + ": ")\(rule)")
    }

    /// Checks that the value is a mapping which has no other keys than these.
    public func requireKeys(_ admitted: [String]) throws(PKIXError) {
        guard let mapping = self.node.mapping else { throw self.error("a mapping is needed here") }
        for (key, value) in mapping {
            let name = key.string ?? "?"
            guard admitted.contains(name) else {
                throw Definition(node: key.mark == nil ? value : key, file: self.file, path: self.path)
                    .error("unknown key '\(name)'; known are \(admitted.joined(separator: ", "))")
            }
        }
        let names = mapping.keys.compactMap(\.string)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw self.error("key '\(twice)' stands twice")
        }
    }

    /// The keys of a mapping, in the file's order; empty for other values.
    public var keys: [String] { self.node.mapping?.keys.compactMap(\.string) ?? [] }

    /// The value of a key; `nil` when the mapping lacks it or it is null.
    public subscript(key: String) -> Definition? {
        guard let value = self.node.mapping?[Node(key)], value.tag != Tag(.null) else { return nil }
        return Definition(node: value, file: self.file, path: self.path.isEmpty ? key : "\(self.path).\(key)")
    }

    /// The value of a key that must be there.
    public func required(_ key: String) throws(PKIXError) -> Definition {
        guard let value = self[key] else { throw self.error("key '\(key)' is missing") }
        return value
    }

    /// The members of a list.
    public func list() throws(PKIXError) -> [Definition] {
        guard let sequence = self.node.sequence else { throw self.error("a list is needed here") }
        return sequence.enumerated().map { index, node in
            Definition(node: node, file: self.file, path: "\(self.path)[\(index)]")
        }
    }

    /// The scalar's text.
    public func text() throws(PKIXError) -> String {
        guard let text = self.node.scalar?.string else { throw self.error("a single value is needed here") }
        return text
    }

    /// The scalar as a whole number within bounds.
    public func integer(in bounds: ClosedRange<Int>) throws(PKIXError) -> Int {
        guard let number = Int(try self.text()), bounds.contains(number) else {
            throw self.error("a whole number from \(bounds.lowerBound) to \(bounds.upperBound) is needed here")
        }
        return number
    }

    /// The scalar as `true` or `false`.
    public func boolean() throws(PKIXError) -> Bool {
        switch try self.text() {
        case "true": return true
        case "false": return false
        default: throw self.error("'true' or 'false' is needed here")
        }
    }

    /// The scalar as one of an enumeration's raw values.
    public func choice<Choice>(of type: Choice.Type = Choice.self) throws(PKIXError) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        let text = try self.text()
        guard let choice = Choice(rawValue: text) else {
            let admitted = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw self.error("'\(text)' is not one of \(admitted)")
        }
        return choice
    }

    /// The scalar as a span of time in seconds: a number with `s`, `m`, `h`, `d` or `y` (365 days).
    public func seconds() throws(PKIXError) -> Int64 {
        let text = try self.text()
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "y": 31_536_000]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            number <= 1_000_000
        else {
            throw self.error("'\(text)' is not a span of time; write for example 90d, 24h, 1m or 5y")
        }
        return number * unit
    }
}
