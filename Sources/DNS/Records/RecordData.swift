// What a record says, by type. Equality is that of the data on the wire, names compared without regard to case.

/// The data of a record.
public enum RecordData: Hashable, Sendable {
    /// An IPv4 address: four octets.
    case a([UInt8])
    /// An IPv6 address: sixteen octets.
    case aaaa([UInt8])
    /// An alias.
    case cname(DomainName)
    /// A name server.
    case ns(DomainName)
    /// A mail exchange.
    case mx(preference: UInt16, exchange: DomainName)
    /// Text: one or more strings of at most 255 octets each.
    case txt([[UInt8]])
    /// The location of a service.
    case srv(priority: UInt16, weight: UInt16, port: UInt16, target: DomainName)
    /// Which CA may issue.
    case caa(CAARecord)
    /// The certificate of a TLS service.
    case tlsa(TLSARecord)
    /// A service binding.
    case svcb(ServiceBinding)
    /// A service binding for HTTPS.
    case https(ServiceBinding)
    /// A delegation's key digest.
    case ds(DelegationSigner)
    /// A child's wish for its DS.
    case cds(DelegationSigner)
    /// A key of a zone.
    case dnskey(ZoneKey)
    /// A child's wish for its DS, as a key.
    case cdnskey(ZoneKey)
    /// The start of authority.
    case soa(StartOfAuthority)
    /// A signature.
    case rrsig(RecordSignature)
    /// Any other type (RFC 3597): its octets.
    case unknown(RecordType, [UInt8])

    /// The type.
    public var type: RecordType {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .cname: .cname
        case .ns: .ns
        case .mx: .mx
        case .txt: .txt
        case .srv: .srv
        case .caa: .caa
        case .tlsa: .tlsa
        case .svcb: .svcb
        case .https: .https
        case .ds: .ds
        case .cds: .cds
        case .dnskey: .dnskey
        case .cdnskey: .cdnskey
        case .soa: .soa
        case .rrsig: .rrsig
        case .unknown(let type, _): type
        }
    }

    /// Text of any length as a TXT record: split at each 255th octet.
    public static func text(_ text: String) -> RecordData {
        let octets = Array(text.utf8)
        if octets.isEmpty { return .txt([[]]) }
        return .txt(stride(from: 0, to: octets.count, by: 255).map { Array(octets[$0..<min($0 + 255, octets.count)]) })
    }

    /// A TXT record's strings joined, as applications read them; nil for another type, or octets that are not UTF-8.
    public var joinedText: String? {
        guard case .txt(let strings) = self else { return nil }
        return String(validating: strings.joined(), as: UTF8.self)
    }
}

/// CAA (RFC 8659 §4.1).
public struct CAARecord: Hashable, Sendable {
    /// Bit 7 is "critical".
    public let flags: UInt8
    /// `issue`, `issuewild`, `iodef`, …, in lower case.
    public let tag: String
    /// The value as it stands.
    public let value: [UInt8]

    /// Creates the data.
    public init(flags: UInt8, tag: String, value: [UInt8]) {
        self.flags = flags
        self.tag = tag.lowercased()
        self.value = value
    }
}

/// TLSA (RFC 6698 §2.1).
public struct TLSARecord: Hashable, Sendable {
    /// 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.
    public let usage: UInt8
    /// 0 the certificate, 1 its SubjectPublicKeyInfo.
    public let selector: UInt8
    /// 0 the octets, 1 their SHA-256, 2 their SHA-512.
    public let matchingType: UInt8
    /// What is compared.
    public let association: [UInt8]

    /// Creates the data.
    public init(usage: UInt8, selector: UInt8, matchingType: UInt8, association: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matchingType = matchingType
        self.association = association
    }
}

/// SVCB and HTTPS (RFC 9460 §2).
public struct ServiceBinding: Hashable, Sendable {
    /// 0 for an alias.
    public let priority: UInt16
    /// The target; the root stands for the owner's name.
    public let target: DomainName
    /// The parameters by key, as octets on the wire.
    public let parameters: [UInt16: [UInt8]]

    /// Creates the data.
    public init(priority: UInt16, target: DomainName, parameters: [UInt16: [UInt8]]) {
        self.priority = priority
        self.target = target
        self.parameters = parameters
    }
}

/// DS and CDS (RFC 4034 §5.1).
public struct DelegationSigner: Hashable, Sendable {
    /// The tag of the key.
    public let keyTag: UInt16
    /// The key's algorithm.
    public let algorithm: UInt8
    /// 2 SHA-256, 4 SHA-384.
    public let digestType: UInt8
    /// The digest.
    public let digest: [UInt8]

    /// Creates the data.
    public init(keyTag: UInt16, algorithm: UInt8, digestType: UInt8, digest: [UInt8]) {
        self.keyTag = keyTag
        self.algorithm = algorithm
        self.digestType = digestType
        self.digest = digest
    }
}

/// DNSKEY and CDNSKEY (RFC 4034 §2.1).
public struct ZoneKey: Hashable, Sendable {
    /// 256 a zone signing key, 257 a secure entry point.
    public let flags: UInt16
    /// The number of the algorithm: 13 ECDSA P-256, 15 Ed25519.
    public let algorithm: UInt8
    /// The key, as its algorithm has it.
    public let publicKey: [UInt8]

    /// Creates the data.
    public init(flags: UInt16, algorithm: UInt8, publicKey: [UInt8]) {
        self.flags = flags
        self.algorithm = algorithm
        self.publicKey = publicKey
    }
}

/// SOA (RFC 1035 §3.3.13).
public struct StartOfAuthority: Hashable, Sendable {
    /// The primary server.
    public let primary: DomainName
    /// The mailbox of who is responsible.
    public let mailbox: DomainName
    /// The version of the zone.
    public let serial: UInt32
    /// Seconds.
    public let refresh: UInt32
    /// Seconds.
    public let retry: UInt32
    /// Seconds.
    public let expire: UInt32
    /// For how many seconds an answer that there is nothing may be kept (RFC 2308).
    public let minimum: UInt32

    /// Creates the data.
    public init(
        primary: DomainName,
        mailbox: DomainName,
        serial: UInt32,
        refresh: UInt32,
        retry: UInt32,
        expire: UInt32,
        minimum: UInt32
    ) {
        self.primary = primary
        self.mailbox = mailbox
        self.serial = serial
        self.refresh = refresh
        self.retry = retry
        self.expire = expire
        self.minimum = minimum
    }
}

/// RRSIG (RFC 4034 §3.1).
public struct RecordSignature: Hashable, Sendable {
    /// What is signed.
    public let typeCovered: RecordType
    /// The key's algorithm.
    public let algorithm: UInt8
    /// Labels of the owner, without the root's and a wildcard's.
    public let labels: UInt8
    /// The TTL that was signed.
    public let originalTTL: UInt32
    /// Seconds since 1970, in serial arithmetic.
    public let expiration: UInt32
    /// Seconds since 1970, in serial arithmetic.
    public let inception: UInt32
    /// The tag of the key.
    public let keyTag: UInt16
    /// The zone that signed.
    public let signer: DomainName
    /// The signature, as its algorithm has it.
    public let signature: [UInt8]

    /// Creates the data.
    public init(
        typeCovered: RecordType,
        algorithm: UInt8,
        labels: UInt8,
        originalTTL: UInt32,
        expiration: UInt32,
        inception: UInt32,
        keyTag: UInt16,
        signer: DomainName,
        signature: [UInt8]
    ) {
        self.typeCovered = typeCovered
        self.algorithm = algorithm
        self.labels = labels
        self.originalTTL = originalTTL
        self.expiration = expiration
        self.inception = inception
        self.keyTag = keyTag
        self.signer = signer
        self.signature = signature
    }
}

/// A record.
public struct ResourceRecord: Hashable, Sendable {
    /// The owner.
    public let name: DomainName
    /// For how many seconds it may be kept.
    public let ttl: UInt32
    /// What it says.
    public let data: RecordData

    /// Creates a record.
    public init(name: DomainName, ttl: UInt32, data: RecordData) {
        self.name = name
        self.ttl = ttl
        self.data = data
    }
}
