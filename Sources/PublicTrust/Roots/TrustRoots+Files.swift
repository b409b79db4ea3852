// Trust roots of files: a bundle as Debian's /etc/ssl/certs/ca-certificates.crt, or a directory of PEM files.

import Foundation
import PKIX
import SwiftASN1
import X509

extension TrustRoots {
    /// Trusts the certificates of PEM text.
    ///
    /// A document that cannot be read is left out and counted: a store may hold roots with algorithms that are unknown here.
    ///
    /// - Throws: ``TrustError`` with `.trustRootsUnavailable` when the text is no PEM or has no certificate that can be read.
    public init(pem text: String) throws(TrustError) {
        try self.init(documents: [text], of: "the PEM text")
    }

    /// Trusts the certificates of files and directories; in a directory, of the files that end in .pem, .crt or .cer.
    ///
    /// - Throws: ``TrustError`` with `.trustRootsUnavailable` when one cannot be read, is too large, or there is no certificate.
    public init(paths: [String]) throws(TrustError) {
        var documents: [String] = []
        for path in paths {
            for file in try Self.files(at: path) { documents.append(try Self.text(of: file)) }
        }
        try self.init(documents: documents, of: paths.joined(separator: ", "))
    }

    private init(documents: [String], of source: String) throws(TrustError) {
        var certificates: [EncodedCertificate] = []
        var skipped = 0
        for document in documents {
            let parts: [PEMDocument]
            do {
                parts = try PEMDocument.parseMultiple(pemString: document)
            } catch {
                throw TrustError(.trustRootsUnavailable, "trust roots of \(source): no PEM: \(error)")
            }
            for part in parts {
                guard part.discriminator == Certificate.defaultPEMDiscriminator,
                    part.derBytes.count <= Budget.certificateBytes,
                    let certificate = try? EncodedCertificate(der: part.derBytes)
                else {
                    skipped += 1
                    continue
                }
                certificates.append(certificate)
            }
        }
        guard !certificates.isEmpty else {
            throw TrustError(.trustRootsUnavailable, "\(source) holds no certificate that can be read")
        }
        try self.init(certificates, skipped: skipped)
    }

    private static func files(at path: String) throws(TrustError) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw TrustError(.trustRootsUnavailable, "trust roots: \(path) does not exist")
        }
        guard isDirectory.boolValue else { return [path] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw TrustError(.trustRootsUnavailable, "trust roots: directory \(path) cannot be read")
        }
        let files = names.filter { name in [".pem", ".crt", ".cer"].contains { name.hasSuffix($0) } }
        guard files.count <= Budget.rootFiles else {
            throw TrustError(.trustRootsUnavailable, "trust roots: \(path) has more than \(Budget.rootFiles) files")
        }
        return files.sorted().map { path + "/" + $0 }
    }

    private static func text(of file: String) throws(TrustError) -> String {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw TrustError(.trustRootsUnavailable, "trust roots: \(file) cannot be opened")
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: Budget.rootFileBytes + 1) else {
            throw TrustError(.trustRootsUnavailable, "trust roots: \(file) is empty or cannot be read")
        }
        guard data.count <= Budget.rootFileBytes else {
            throw TrustError(
                .trustRootsUnavailable,
                "trust roots: \(file) has more than \(Budget.rootFileBytes) octets"
            )
        }
        return String(decoding: data, as: UTF8.self)
    }
}
