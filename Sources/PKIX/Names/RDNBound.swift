// How long an attribute of a distinguished name may be (RFC 5280 appendix A.1).

import SwiftASN1

/// An attribute type with its upper bound.
struct RDNBound {
    let type: ASN1ObjectIdentifier
    let name: String
    let characters: Int
}
