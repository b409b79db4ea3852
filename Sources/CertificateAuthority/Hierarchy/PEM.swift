// PEM files of certificates and public keys (RFC 7468).

import AtomicFiles
import SwiftASN1

/// Reading and writing PEM.
public enum PEM {
    /// The text of certificates, one after the other.
    public static func text(certificates: [[UInt8]]) -> String {
        certificates.map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }.joined()
    }

    /// The certificates in a file, in order.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` when the file cannot be read or holds something else.
    public static func certificates(in path: String) throws(AuthorityError) -> [[UInt8]] {
        do {
            let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
            let documents = try PEMDocument.parseMultiple(pemString: text)
            return documents.filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes)
        } catch let error as FileError {
            throw AuthorityError(.invalidHierarchy, error.description)
        } catch {
            // What the parser says may quote the file, and some files hold a private key too.
            throw AuthorityError(.invalidHierarchy, "\(path): not certificates in PEM")
        }
    }

    /// The one certificate in a file.
    ///
    /// - Throws: ``AuthorityError`` with `.invalidHierarchy`.
    public static func certificate(in path: String) throws(AuthorityError) -> [UInt8] {
        guard let certificate = try self.certificates(in: path).first else {
            throw AuthorityError(.invalidHierarchy, "\(path): holds no certificate")
        }
        return certificate
    }
}
