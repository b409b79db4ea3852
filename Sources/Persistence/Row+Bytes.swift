// Octets in and out of SQLite. GRDB speaks `Data`; the ports speak `[UInt8]`.

import Foundation
import GRDB

extension Row {
    /// The octets in a column that is not NULL.
    func bytes(_ index: Int) throws -> [UInt8] {
        try self.decode(Data.self, atIndex: index).bytes
    }

    /// The octets in a column, if any.
    func optionalBytes(_ index: Int) throws -> [UInt8]? {
        try self.decode(Data?.self, atIndex: index)?.bytes
    }

    /// A value in a column; unlike the subscript it throws where the database holds what it should not.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value {
        try self.decode(Value.self, atIndex: index)
    }

    /// A value in a column that may be NULL.
    func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value? {
        try self.decode(Value?.self, atIndex: index)
    }
}

extension Data {
    fileprivate var bytes: [UInt8] { [UInt8](self) }
}

extension [UInt8] {
    /// The same octets for a statement's argument.
    var data: Data { Data(self) }
}

extension Database {
    /// Runs a statement of ours that gives one row at most, to its end.
    func one<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ decode: (Row) throws -> Value
    ) throws -> Value? {
        let cursor = try Row.fetchCursor(self.cachedStatement(sql: sql), arguments: arguments)
        guard let value = try cursor.next().map(decode) else { return nil }
        _ = try cursor.next()
        return value
    }

    /// Runs a statement of ours that gives rows.
    func all<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ decode: (Row) throws -> Value
    ) throws -> [Value] {
        let cursor = try Row.fetchCursor(self.cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try decode(row)) }
        return values
    }

    /// Runs a statement of ours that gives no rows, and says how many rows it changed.
    @discardableResult
    func change(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        let statement = try self.cachedStatement(sql: sql)
        // Unchecked: the number of arguments is the statement's own, as the tests run every one.
        statement.setUncheckedArguments(arguments)
        try statement.execute()
        return self.changesCount
    }
}
