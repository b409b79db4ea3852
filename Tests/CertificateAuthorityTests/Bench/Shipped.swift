// The project's own hierarchy and profiles, as they lie in `ca/`.

import CertificateAuthority
import Foundation
import PKIX

enum Shipped {
    /// `ca/`, found from this file.
    static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "ca")

    static let profileFiles = try! FileManager.default
        .contentsOfDirectory(atPath: Self.directory.appending(path: "profiles").path)
        .filter { $0.hasSuffix(".yaml") }.sorted()

    static func text(_ name: String) -> String {
        try! String(contentsOf: self.directory.appending(path: name), encoding: .utf8)
    }

    static let profiles = Self.profileFiles.map { name in
        try! CertificateProfile(text: Self.text("profiles/\(name)"), file: name)
    }

    static func profile(_ name: String) -> CertificateProfile { self.profiles.first { $0.name == name }! }

    /// A shipped profile with lines of its text changed.
    static func profile(_ name: String, replacing changes: KeyValuePairs<String, String>) throws -> CertificateProfile {
        var text = self.text("profiles/\(name).yaml")
        for (old, new) in changes {
            guard text.contains(old) else { throw TextNotThere(text: old) }
            text = text.replacing(old, with: new)
        }
        return try CertificateProfile(text: text, file: "\(name).yaml")
    }

    static let hierarchy = try! HierarchyDefinition(text: Self.text("hierarchy.yaml"), file: "hierarchy.yaml")
}

/// A test changes a text that is no longer in the shipped file.
struct TextNotThere: Error {
    let text: String
}
