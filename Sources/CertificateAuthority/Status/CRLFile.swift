// A CRL in its file: each number has its own, so that one being fetched never changes.

import AtomicFiles
import Crypto
import Foundation
import PKIX

/// A CRL that lies in a file.
public struct CRLFile: Hashable, Sendable {
    /// What the store knows of it.
    public let crl: PublishedCRL
    /// Where its DER lies.
    public let path: String
    /// Where its PEM lies.
    public var pemPath: String { "\(self.path).pem" }

    /// Each number has a file of its own: one that is being fetched never changes.
    init(_ crl: PublishedCRL, in directory: String) {
        self.crl = crl
        self.path = Self.path(of: crl, number: crl.number, in: directory)
    }

    private static func path(of crl: PublishedCRL, number: Int64, in directory: String) -> String {
        let shard = crl.partition.shard.map { ".\($0)" } ?? ""
        let delta = crl.kind == .delta ? ".delta" : ""
        return "\(directory)/\(crl.partition.issuer)\(shard)\(delta).\(number).crl"
    }

    /// Removes the files of the CRL that this one supersedes, and of those between them that were written and not recorded.
    ///
    /// Whoever fetches one keeps it open; its name can go.
    func removeSuperseded(since last: PublishedCRL?, in directory: String) {
        for number in max(last?.number ?? 1, self.crl.number - Budget.crlAttempts)..<self.crl.number {
            let path = Self.path(of: self.crl, number: number, in: directory)
            for path in [path, "\(path).pem"] { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Whether both forms are there, and the DER is what the store knows; reads it whole, and blocks.
    var isComplete: Bool {
        guard AtomicFile.exists(self.pemPath), let handle = FileHandle(forReadingAtPath: self.path) else {
            return false
        }
        defer { try? handle.close() }
        var (hash, count) = (SHA256(), 0)
        while let part = try? handle.read(upToCount: 1 << 20), !part.isEmpty {
            hash.update(data: part)
            count += part.count
        }
        return count == self.crl.size && hash.finalize() == self.crl.sha256
    }
}

extension CRLFile {
    /// Writes the DER and, beside it, the PEM (RFC 7468 §6).
    func write(_ parts: [[UInt8]]) throws(FileError) {
        var der = try AtomicFileWriter(replacing: self.path, mode: 0o644)
        for part in parts { try der.append(part) }
        try der.commit()
        var pem = try AtomicFileWriter(replacing: self.pemPath, mode: 0o644)
        try pem.append(Array("-----BEGIN X509 CRL-----\n".utf8))
        var rest: [UInt8] = []
        for part in parts {
            rest += part
            // Whole lines of 64 characters, 48 octets each.
            let whole = rest.count / 48 * 48
            try pem.append(Self.lines(rest[..<whole]))
            rest.removeFirst(whole)
        }
        try pem.append(Self.lines(rest[...]))
        try pem.append(Array("-----END X509 CRL-----\n".utf8))
        try pem.commit()
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let text = Data(bytes).base64EncodedData(options: [.lineLength64Characters, .endLineWithLineFeed])
        return Array(text) + [0x0A]
    }
}
