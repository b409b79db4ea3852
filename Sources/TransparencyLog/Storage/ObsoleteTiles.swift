// Finds partial tiles whose full tile stands, by walking the directories of a log.

import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A walk through a log's directories.
struct ObsoleteTiles {
    let root: String
    /// Seconds since 1970 before which the full tile was written.
    let fullSince: Int

    func list(limit: Int) -> [TileCoordinate] {
        var found: [TileCoordinate] = []
        var pending = ["tile"]
        while let directory = pending.popLast(), found.count < limit {
            for name in Self.names(in: "\(self.root)/\(directory)") {
                let path = "\(directory)/\(name)"
                if name.hasSuffix(".p") {
                    guard self.isFullLongEnough("\(self.root)/\(path.dropLast(2))") else { continue }
                    found += Self.names(in: "\(self.root)/\(path)").compactMap { TileCoordinate(path: "\(path)/\($0)") }
                } else if name.hasPrefix("x") || directory == "tile" {
                    pending.append(path)
                }
            }
        }
        return Array(found.prefix(limit))
    }

    private func isFullLongEnough(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let written = attributes?[.modificationDate] as? Date else { return false }
        return written.timeIntervalSince1970 < Double(self.fullSince)
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
