// A small convenience over swift-asn1's node iterator.

import SwiftASN1

extension ASN1NodeCollection.Iterator {
    /// The next node, which must be there.
    mutating func required(_ name: String) throws -> ASN1Node {
        guard let node = self.next() else {
            throw ASN1Error.invalidASN1Object(reason: "\(name) is missing")
        }
        return node
    }
}
