// What a ceremony did: for the operator's eyes, and as a transcript in the state directory.

import AtomicFiles
import Crypto
import Foundation
import PKIX
import SwiftASN1
import X509

/// The outcome of a ceremony.
public struct CeremonyReport: Sendable, Encodable {
    /// A key on a token.
    public struct Key: Sendable, Encodable {
        /// The token's name in the hierarchy.
        public let token: String
        /// The key's label.
        public let label: String
        /// The key's type.
        public let type: String
        /// SHA-256 of the SubjectPublicKeyInfo.
        public let sha256: String
        /// Whether this ceremony made it.
        public let isNew: Bool
    }

    /// A CA's certificate.
    public struct Certificate: Sendable, Encodable {
        /// The CA's name.
        public let name: String
        /// The subject.
        public let subject: String
        /// The serial number.
        public let serial: String
        /// SHA-256 of the DER: the fingerprint.
        public let sha256: String
        /// The last second of validity, RFC 3339.
        public let notAfter: String
    }

    /// When it ended, RFC 3339.
    public let at: String
    /// Who performed it.
    public let performedBy: String
    /// SHA-256 of the inputs, by name.
    public let inputs: [String: String]
    /// The keys seen.
    ///
    /// The root's is known from its certificate when its token was not needed.
    public let keys: [Key]
    /// The certificates in force.
    public let certificates: [Certificate]
}

extension Ceremony {
    /// Gathers the report; writes it as a transcript when it has a key or certificate that none has yet: made now, or
    /// by a ceremony that was interrupted before it could write its own.
    func report(_ record: CeremonyRecord) throws -> CeremonyReport {
        let names = [self.hierarchy.root.name] + self.hierarchy.issuers.map(\.name)
        var inputs = ["hierarchy": self.hierarchy.sha256.hexadecimal]
        for profile in self.profiles { inputs["profiles/\(profile.name)"] = profile.sha256.hexadecimal }
        let report = CeremonyReport(
            at: CertificateTime(self.environment.now()).description,
            performedBy: self.requester.actor,
            inputs: inputs,
            keys: try self.keys(record).map(CeremonyReport.Key.init),
            certificates: try names.map { try CeremonyReport.Certificate(name: $0, path: self.layout.certificate($0)) }
        )
        let fingerprints = report.keys.map(\.sha256) + report.certificates.map(\.sha256)
        if !fingerprints.allSatisfy(record.isInTranscript) { try self.writeTranscript(report) }
        return report
    }

    private func keys(_ record: CeremonyRecord) throws -> [CeremonyRecord.Key] {
        let root = self.hierarchy.root
        guard record.key(root.key.label, token: root.key.token) == nil else { return record.keys }
        let certificate = try X509.Certificate(reading: try PEM.certificate(in: self.layout.certificate(root.name)))
        let key = CeremonyRecord.Key(
            label: root.key.label,
            token: root.key.token,
            publicKey: try SubjectPublicKey(certificate.publicKey),
            isNew: false
        )
        return record.keys + [key]
    }

    /// The texts of the transcripts so far.
    func transcripts() throws -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.layout.transcripts)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.map { name in
            String(decoding: try AtomicFile.read("\(self.layout.transcripts)/\(name)"), as: UTF8.self)
        }
    }

    private func writeTranscript(_ report: CeremonyReport) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let name = report.at.replacing(":", with: "-")
        let text = Array(try encoder.encode(report)) + [UInt8(ascii: "\n")]
        try AtomicFile.write(text, to: "\(self.layout.transcripts)/\(name).json", mode: 0o644)
    }
}

extension CeremonyReport.Key {
    fileprivate init(_ key: CeremonyRecord.Key) {
        self.token = key.token
        self.label = key.label
        self.type = "\(key.publicKey.type)"
        self.sha256 = key.publicKey.sha256.hexadecimal
        self.isNew = key.isNew
    }
}

extension CeremonyReport.Certificate {
    fileprivate init(name: String, path: String) throws {
        let bytes = try PEM.certificate(in: path)
        let certificate = try X509.Certificate(reading: bytes)
        self.name = name
        self.subject = "\(certificate.subject)"
        self.serial = try SerialNumber(bytes: certificate.serialNumber.bytes).description
        self.sha256 = Array(SHA256.hash(data: bytes)).hexadecimal
        self.notAfter = CertificateTime(certificate.notValidAfter).description
    }
}
