// What every command on a state directory takes.

import ArgumentParser
import CertificateAuthority
import Foundation

/// `--state DIR`.
struct StateOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The state directory: configuration, certificates, secrets, tokens, database. Default: $SIGNET_STATE."
    )
    var state: String?

    /// The layout of the directory, by its absolute path.
    ///
    /// - Throws: ``ConfigurationError`` when neither the option nor the variable is given.
    func layout() throws(ConfigurationError) -> StateLayout {
        guard let path = self.state ?? SystemEnvironment.variable("SIGNET_STATE"), !path.isEmpty else {
            throw ConfigurationError("no state directory: give --state DIR or set SIGNET_STATE")
        }
        return StateLayout(directory: URL(fileURLWithPath: path).standardizedFileURL.path)
    }

    /// The layout of a directory that `signet init` has made.
    func existingLayout() throws(ConfigurationError) -> StateLayout {
        let layout = try self.layout()
        guard FileManager.default.fileExists(atPath: layout.configuration) else {
            throw ConfigurationError(
                "\(layout.directory) is not a state directory: it has no config.yaml; run 'signet init --state \(layout.directory)'"
            )
        }
        return layout
    }
}
