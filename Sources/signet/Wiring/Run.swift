// How commands end: errors on one line, exit codes by kind.

import ArgumentParser
import Foundation
import PKIX

/// Runs a command's body; an error becomes one line on standard error and an exit code: 2 for the configuration, else 1.
func run(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ExitCode {
        throw error
    } catch {
        let isConfiguration = error is ConfigurationError || (error as? PKIXError)?.code == .invalidDefinition
        FileHandle.standardError.write(Data("signet: \(error)\n".utf8))
        throw ExitCode(isConfiguration ? 2 : 1)
    }
}

/// Prints a value as JSON with sorted members.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
