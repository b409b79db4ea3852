// The grammar of one answer (RFC 6960 §4.2.1).

extension ParsedOCSPSingleResponse {
    init(_ list: inout DERReader, in bytes: RawSpan) throws(PKIXError) {
        var fields = DERReader(try list.next(DERTag.sequence, "SingleResponse", in: bytes).content)
        self.item = try OCSPRequestReader.certID(try fields.next(DERTag.sequence, "certID", in: bytes), in: bytes)
        let status = try StatusReading(try fields.next(in: bytes), in: bytes)
        (self.status, self.reasonCode) = (status.status, status.reasonCode)
        let thisUpdate = try Self.time(&fields, in: bytes)
        var nextUpdate: DERTime?
        if let element = try fields.nextIfPresent(DERTag.constructed(0), in: bytes) {
            var tagged = DERReader(element.content)
            nextUpdate = try Self.time(&tagged, in: bytes)
            try tagged.finish("nextUpdate")
        }
        var extensions: [RevocationExtension.Parts] = []
        if let element = try fields.nextIfPresent(DERTag.constructed(1), in: bytes) {
            extensions = try RevocationExtension.parts(element, of: bytes)
        }
        try fields.finish("SingleResponse")
        let cutoff = try Self.archiveCutoff(extensions, in: bytes)
        self.thisUpdate = thisUpdate.time
        self.nextUpdate = nextUpdate?.time
        self.archiveCutoff = cutoff?.time
        self.hasFractions =
            thisUpdate.hasFraction || nextUpdate?.hasFraction ?? false || cutoff?.hasFraction ?? false
            || status.hasFraction
        self.hasCriticalExtension = extensions.contains(where: \.isCritical)
    }

    private static func time(_ reader: inout DERReader, in bytes: RawSpan) throws(PKIXError) -> DERTime {
        try DERTime(try reader.next(DERTag.generalizedTime, "a time", in: bytes), in: bytes)
    }

    private static func archiveCutoff(
        _ extensions: [RevocationExtension.Parts],
        in bytes: RawSpan
    ) throws(PKIXError) -> DERTime? {
        for each in extensions where bytes.holds(RevocationExtension.archiveCutoffIdentifier, at: each.identifier) {
            var value = DERReader(each.value)
            let cutoff = try Self.time(&value, in: bytes)
            try value.finish("archiveCutoff")
            return cutoff
        }
        return nil
    }
}

/// A `CertStatus` taken apart.
private struct StatusReading {
    var status: OCSPCertificateStatus
    var reasonCode: Int64?
    var hasFraction = false

    init(_ element: DERElement, in bytes: RawSpan) throws(PKIXError) {
        switch element.tag {
        case DERTag.primitive(0) where element.content.isEmpty: self.status = .good
        case DERTag.primitive(2) where element.content.isEmpty: self.status = .unknown
        case DERTag.constructed(1):
            var fields = DERReader(element.content)
            let time = try DERTime(try fields.next(DERTag.generalizedTime, "revocationTime", in: bytes), in: bytes)
            self.hasFraction = time.hasFraction
            if let tagged = try fields.nextIfPresent(DERTag.constructed(0), in: bytes) {
                var inner = DERReader(tagged.content)
                let reason = try inner.next(DERTag.enumerated, "revocationReason", in: bytes)
                self.reasonCode = try DERInteger.number(of: reason, in: bytes)
                try inner.finish("revocationReason")
            }
            try fields.finish("RevokedInfo")
            let reason = self.reasonCode.flatMap { RevocationReason(code: Int($0)) }
            self.status = .revoked(at: time.time, reason: reason)
        default: throw DERReader.malformed("certStatus is none of its choices", at: element.start)
        }
    }
}
