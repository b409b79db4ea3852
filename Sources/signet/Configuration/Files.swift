// Reading operators' files, with errors of the configuration's kind.

import AtomicFiles
import PKIX

/// The text of a file of definitions.
///
/// - Throws: ``ConfigurationError``.
func readText(_ path: String) throws(ConfigurationError) -> String {
    do {
        return String(decoding: try AtomicFile.read(path, limit: PKIX.Budget.definitionBytes), as: UTF8.self)
    } catch {
        throw ConfigurationError("\(error)")
    }
}
