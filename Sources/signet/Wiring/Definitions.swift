// The hierarchy and the profiles of a state directory, read and checked.

import CertificateAuthority
import Foundation
import PKIX

/// The operator's data.
struct Definitions: Sendable {
    let hierarchy: HierarchyDefinition
    let profiles: [CertificateProfile]

    /// Reads `hierarchy.yaml` and every `profiles/*.yaml` beside it.
    ///
    /// - Throws: ``ConfigurationError`` or `PKIXError`; the reason names file, line and rule.
    init(hierarchy path: String) throws {
        self.hierarchy = try HierarchyDefinition(text: try readText(path), file: path)
        self.profiles = try Self.profileFiles(beside: path).map { file in
            try CertificateProfile(text: try readText(file), file: file)
        }
    }

    /// The files of profiles beside a hierarchy's file, in the order of their names.
    static func profileFiles(beside path: String) throws(ConfigurationError) -> [String] {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("profiles").path
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw ConfigurationError("\(directory): no such directory; profiles lie beside the hierarchy's file")
        }
        let files = names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(directory)/\($0)" }
        guard !files.isEmpty else { throw ConfigurationError("\(directory): holds no profile (*.yaml)") }
        return files
    }
}
