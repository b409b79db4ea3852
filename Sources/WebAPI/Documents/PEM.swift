// Certificates in PEM (RFC 7468).

import FoundationEssentials

/// PEM texts.
enum PEM {
    /// A certificate: base64 in lines of 64 characters between its labels, ending with a line feed.
    static func certificate(_ der: [UInt8]) -> String {
        let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n"
    }
}
