// PEM of fixtures, for peers that read nothing else.

import SwiftASN1

extension TBSFixture {
    /// The PEM of a DER certificate.
    public static func pem(of certificate: [UInt8]) -> String {
        PEMDocument(type: "CERTIFICATE", derBytes: certificate).pemString + "\n"
    }
}
