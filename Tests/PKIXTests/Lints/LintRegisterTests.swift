import Foundation
import PKIX
import Testing

@Suite("The register of lints")
struct LintRegisterTests {
    /// Sources/PKIX/Lints, found from this file.
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/PKIX/Lints")

    /// The files of lints: those in the folders of specifications.
    private static let files: [URL] = {
        let enumerator = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = enumerator?.compactMap { $0 as? URL } ?? []
        return files.filter {
            $0.pathExtension == "swift" && $0.deletingLastPathComponent().lastPathComponent != "Lints"
        }
    }()

    @Test("there is one file a lint")
    func oneFileALint() {
        #expect(Self.files.count == LintSet.all.count)
        #expect(LintSet.all.count >= 45)
    }

    @Test("every file is registered under its own name", arguments: files)
    func everyFileIsRegistered(_ file: URL) throws {
        let source = try String(contentsOf: file, encoding: .utf8)
        let property = try #require(source.firstMatch(of: /static let (\w+) = Lint\(\n\s+"(\w+)"/))
        let register = try String(contentsOf: Self.folder.appending(path: "LintSet+All.swift"), encoding: .utf8)
        #expect(register.contains("        .\(property.1),\n"))
        #expect(LintSet.all.contains { $0.name == property.2 })
        // SerialNumberIsPositive, serialNumberIsPositive, serial_number_is_positive.
        let squeezed = property.2.replacing("_", with: "")
        #expect(property.1.lowercased() == squeezed)
        #expect(file.deletingPathExtension().lastPathComponent.lowercased() == squeezed)
    }
}
