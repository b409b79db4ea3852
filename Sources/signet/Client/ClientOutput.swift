// What the client's commands print: results on standard output, errors and progress on standard error.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Runs the body of a client command and turns its errors into one line and an exit code.
///
/// The exit codes: 0 done, 1 failed, 2 configuration or usage.
func runClient(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let code as ExitCode {
        throw code
    } catch {
        Progress.write("error: \("\(error)".printable(limit: 1_000))")
        throw ClientExit.code(for: error)
    }
}

/// The exit codes of the client's commands.
enum ClientExit {
    /// The work was tried and did not succeed.
    static let failed = ExitCode(1)
    /// Nothing was tried: an option, the environment or a file must be put right first.
    static let configuration = ExitCode(2)

    static func code(for error: any Error) -> ExitCode {
        switch (error as? AgentClientError)?.code {
        case .invalidConfiguration, .exposedSecret, .alreadyEnrolled, .notEnrolled, .unusableDirectory:
            self.configuration
        default: self.failed
        }
    }
}

/// Lines on standard error.
enum Progress {
    /// Shows what takes long, on a terminal only: cron must not send mail about it.
    static func show(_ line: String) {
        if isatty(STDERR_FILENO) == 1 { self.write(line.printable(limit: 400)) }
    }

    static func write(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

extension Encodable {
    /// Prints the value as JSON with sorted members.
    func printJSON() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

/// Aligned columns.
struct TextTable {
    private var rows: [[String]]

    init(header: [String]) {
        self.rows = [header]
    }

    /// A table without a header: names and values.
    init(_ facts: [(String, String?)]) {
        self.rows = facts.compactMap { name, value in value.map { ["  \(name)", $0.printable(limit: 2_000)] } }
    }

    mutating func append(_ row: [String?]) {
        self.rows.append(row.map { ($0 ?? "-").printable(limit: 300) })
    }

    /// The lines, without spaces at their ends.
    var lines: [String] {
        let columns = self.rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            self.rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                .trimmingTrailingSpaces
        }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        self.lastIndex { $0 != " " }.map { String(self[...$0]) } ?? ""
    }
}
