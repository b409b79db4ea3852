// swift-tools-version:6.2
// Signet by floor: a target names only targets on floors below its own (see README, "The parts").
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTestKit: Target.Dependency = .product(
    name: "ServiceLifecycleTestKit",
    package: "swift-service-lifecycle"
)
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metricsTestKit: Target.Dependency = .product(name: "MetricsTestKit", package: "swift-metrics")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceContext: Target.Dependency = .product(name: "ServiceContextModule", package: "swift-service-context")
let structuredFields: Target.Dependency = .product(
    name: "RawStructuredFieldValues",
    package: "swift-http-structured-headers"
)
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// Ground: headers of the system's C libraries with the shims that Swift cannot express, and the text format of all the rest.
let ground: [Target] = [
    // PKCS#11 declarations; the module itself is loaded at run time.
    .target(name: "CPKCS11"),
    // libcrypto: numbers of RSA keys, and the second opinion on everything signed before it leaves.
    .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
    // Calls of Linux on files.
    .target(name: "CFiles"),
    // JSON as strangers send it, read strictly; its canonical form.
    .target(name: "JSON", swiftSettings: settings),
]

// Floor 0: types and rules, and the two ports to files and HTTP that know nothing of the house.
let floor0: [Target] = [
    // Certificates, requests, profiles and lints beyond what swift-certificates has.
    .target(name: "PKIX", dependencies: ["COpenSSL", x509, asn1, crypto, cryptoExtras, yams], swiftSettings: settings),
    // JSON Web Keys and Signatures.
    .target(name: "JOSE", dependencies: ["JSON", crypto, cryptoExtras, x509, asn1], swiftSettings: settings),
    // HTTP message signatures (RFC 9421) and content digests (RFC 9530).
    .target(
        name: "HTTPSignatures",
        dependencies: [structuredFields, crypto, cryptoExtras, x509, httpTypes],
        swiftSettings: settings
    ),
    // The hash-chained record of who did what.
    .target(name: "AuditLog", dependencies: [crypto], swiftSettings: settings),
    // Files written whole or not at all.
    .target(name: "AtomicFiles", swiftSettings: settings),
    // So many tasks at once, in the order of asking.
    .target(name: "TaskLimits", swiftSettings: settings),
    // Bounded calls of other people's APIs over HTTP.
    .target(
        name: "OutboundHTTP",
        dependencies: [asyncHTTPClient, nioCore, nioHTTP1, nioSSL],
        swiftSettings: settings
    ),
    // Prometheus exposition and JSON lines behind swift-metrics and swift-log.
    .target(name: "Telemetry", dependencies: [coreMetrics, logging], swiftSettings: settings),
]

// Floor 1: the outside world's protocols.
let floor1: [Target] = [
    // PKCS#11: module, token, session pool, keys.
    .target(
        name: "Signing",
        dependencies: ["CPKCS11", "PKIX", x509, asn1, crypto, coreMetrics, logging],
        swiftSettings: settings
    ),
    // DNS: names, records, messages, TSIG, resolution, and those who host zones.
    .target(
        name: "DNS",
        dependencies: ["JSON", "OutboundHTTP", crypto, nioCore, nioPosix, logging, metrics],
        swiftSettings: settings
    ),
    // ACME (RFC 8555): messages, accounts, orders that survive a crash, the client of public CAs.
    .target(
        name: "ACME",
        dependencies: [
            "JSON", "JOSE", "PKIX", "OutboundHTTP", "TaskLimits", crypto, cryptoExtras, x509, asn1, logging, metrics,
        ],
        swiftSettings: settings
    ),
    // Whether a public certificate may be relied on: trust roots, paths, revocation as its CA publishes it.
    .target(
        name: "PublicTrust",
        dependencies: ["PKIX", asyncHTTPClient, crypto, x509, asn1, nioCore, nioHTTP1, nioSSL, logging],
        swiftSettings: settings
    ),
    // What an agent runs: key, request, enrolment, renewal.
    .target(
        name: "AgentClient",
        dependencies: [
            "PKIX", "JOSE", "HTTPSignatures", "AtomicFiles", x509, asn1, crypto, cryptoExtras, asyncHTTPClient,
            httpTypes, nioCore, nioPosix, nioHTTP1, nioSSL,
        ],
        swiftSettings: settings
    ),
]

// Floor 2: the authorities. They see stores and signers as protocols.
let floor2: [Target] = [
    // Request -> to-be-signed -> lint -> record -> sign -> check -> record; revocation; ceremony.
    .target(
        name: "CertificateAuthority",
        dependencies: [
            "PKIX", "JSON", "AuditLog", "AtomicFiles", "Signing", "COpenSSL", x509, asn1, crypto, cryptoExtras, yams,
            lifecycle,
            logging, metrics,
            tracing,
        ],
        swiftSettings: settings
    ),
    // Public certificates of hosts: ordered at CAs by ACME, or brought by agents; when they are renewed.
    .target(
        name: "ServerCertificates",
        dependencies: [
            "PKIX", "JSON", "JOSE", "ACME", "DNS", "AuditLog", "OutboundHTTP", crypto, x509, asn1, lifecycle, logging,
            coreMetrics, metrics,
        ],
        swiftSettings: settings
    ),
    // What a relying party checks of an agent: both certificates, their link, DNS and DANE.
    .target(
        name: "Verification",
        dependencies: [
            "PKIX", "JSON", "DNS", "PublicTrust", crypto, x509, asn1, nioCore, nioPosix, nioSSL, nioTLS, logging,
        ],
        swiftSettings: settings
    ),
    // The append-only log: Merkle tree, tiles, checkpoints, proofs, sequencing.
    .target(
        name: "TransparencyLog",
        dependencies: [
            "CFiles", "PKIX", "JSON", "JOSE", "AtomicFiles", crypto, lifecycle, logging, coreMetrics, metrics,
        ],
        resources: [
            .embedInCode("Pages/Assets/page.css"), .embedInCode("Pages/Assets/page.js"),
            .embedInCode("Pages/Assets/icon.svg"),
        ],
        swiftSettings: settings
    ),
    // Accounts, agents, registrations, domain control, policy, lifecycle.
    .target(
        name: "RegistrationAuthority",
        dependencies: [
            "PKIX", "JSON", "JOSE", "HTTPSignatures", "DNS", "AuditLog", asyncHTTPClient, nioCore, nioHTTP1, nioSSL,
            crypto,
            x509,
            yams,
            lifecycle, logging, coreMetrics, metrics,
        ],
        swiftSettings: settings
    ),
]

// Floor 3: the edges: storage below, HTTP above; neither sees the other.
let floor3: [Target] = [
    // The only place with SQL.
    .target(
        name: "Persistence",
        dependencies: [
            "PKIX", "JSON", "DNS", "ACME", "AuditLog", "CertificateAuthority", "ServerCertificates",
            "RegistrationAuthority", "TransparencyLog", crypto, grdb, logging, metrics,
        ],
        swiftSettings: settings
    ),
    // The HTTPS management API.
    .target(
        name: "WebAPI",
        dependencies: [
            "PKIX", "JSON", "JOSE", "HTTPSignatures", "DNS", "AuditLog", "CertificateAuthority",
            "RegistrationAuthority", "TransparencyLog", "Verification",
            "Telemetry", hummingbird, hummingbirdCore,
            hummingbirdHTTP2, httpTypes, nioHTTPTypes, nioHTTPTypesHTTP1, nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS,
            lifecycle, logging, coreMetrics, tracing, serviceContext, x509, asn1, crypto,
        ],
        resources: [.embedInCode("Resources/openapi.yaml")],
        swiftSettings: settings
    ),
    // The public side over plain HTTP: OCSP, and published files.
    .target(
        name: "ValidationService",
        dependencies: ["PKIX", "TaskLimits", crypto, nioCore, nioPosix, lifecycle, logging, coreMetrics],
        swiftSettings: settings
    ),
]

// Floor 4: commands, configuration, wiring. No logic.
let floor4: [Target] = [
    .executableTarget(
        name: "signet",
        dependencies: [
            "PKIX", "JSON", "JOSE", "DNS", "ACME", "AuditLog", "AtomicFiles", "Telemetry", "Signing", "PublicTrust",
            "AgentClient", "CertificateAuthority", "ServerCertificates", "RegistrationAuthority", "TransparencyLog",
            "Verification", "OutboundHTTP",
            "Persistence", "WebAPI", "ValidationService", asyncHTTPClient, nioCore, nioHTTP1, arguments, configuration,
            yams,
            lifecycle, unixSignals, logging, metrics, x509, asn1,
            crypto,
            nioPosix,
        ],
        swiftSettings: settings
    )
]

// Programs for scripts/bench alone.
let benchmarks: [Target] = [
    .executableTarget(
        name: "signing-loop",
        dependencies: ["Signing", "PKIX", logging],
        path: "Benchmarks/SigningLoop",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "status-server",
        dependencies: ["ValidationService", "PKIX", lifecycle, unixSignals, logging, nioPosix],
        path: "Benchmarks/StatusServer",
        swiftSettings: settings
    ),
]

let tests: [Target] = [
    .target(
        name: "TestSupport",
        dependencies: [
            "PKIX", "JSON", "JOSE", "DNS", "AuditLog", "Signing", "CertificateAuthority", "RegistrationAuthority",
            "TransparencyLog", "Persistence", "WebAPI", "LoopbackSupport", x509, asn1, crypto, cryptoExtras, logging,
        ],
        path: "Tests/Support",
        swiftSettings: settings
    ),
    // Servers on loopback, processes, clocks: what needs nothing of Signet.
    .target(
        name: "LoopbackSupport",
        dependencies: ["OutboundHTTP", nioCore, nioPosix, nioHTTP1],
        path: "Tests/LoopbackSupport",
        swiftSettings: settings
    ),
    // A CA of our own that misbehaves at a test's word, and Pebble.
    .target(
        name: "ACMESupport",
        dependencies: ["ACME", "LoopbackSupport", "OutboundHTTP", "JSON", "JOSE", "PKIX", crypto, x509, asn1],
        path: "Tests/ACMESupport",
        swiftSettings: settings
    ),
    .testTarget(
        name: "PKIXTests",
        dependencies: ["PKIX", "TestSupport", x509, asn1, crypto, cryptoExtras],
        swiftSettings: settings
    ),
    .testTarget(name: "AuditLogTests", dependencies: ["AuditLog", crypto], swiftSettings: settings),
    .testTarget(
        name: "DNSTests",
        dependencies: [
            "DNS", "OutboundHTTP", "TestSupport", "LoopbackSupport", "JSON", crypto, nioCore, nioPosix, nioHTTP1,
            logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(name: "TaskLimitsTests", dependencies: ["TaskLimits"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
        name: "JOSETests",
        dependencies: ["JOSE", "JSON", crypto, cryptoExtras, x509],
        swiftSettings: settings
    ),
    .testTarget(
        name: "HTTPSignaturesTests",
        dependencies: ["HTTPSignatures", crypto, cryptoExtras, x509, asn1, httpTypes],
        swiftSettings: settings
    ),
    .testTarget(name: "AtomicFilesTests", dependencies: ["AtomicFiles"], swiftSettings: settings),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", metrics, logging], swiftSettings: settings),
    .testTarget(
        name: "SigningTests",
        dependencies: [
            "Signing", "TestSupport", "PKIX", x509, asn1, crypto, cryptoExtras, logging, metrics, metricsTestKit,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "ACMETests",
        dependencies: [
            "ACME", "ACMESupport", "LoopbackSupport", "OutboundHTTP", "JSON", "JOSE", "PKIX", crypto, cryptoExtras,
            x509, asn1, nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "PublicTrustTests",
        dependencies: ["PublicTrust", "PKIX", crypto, x509, asn1, nioCore, nioPosix, nioHTTP1, logging],
        exclude: ["Vectors"],
        swiftSettings: settings
    ),
    .testTarget(
        name: "ServerCertificatesTests",
        dependencies: [
            "ServerCertificates", "ACMESupport", "LoopbackSupport", "TestSupport", "PKIX", "JSON", "JOSE", "ACME",
            "DNS", "OutboundHTTP",
            "AuditLog", crypto, cryptoExtras, x509, asn1, lifecycle, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "VerificationTests",
        dependencies: [
            "Verification", "PublicTrust", "PKIX", "JSON", "DNS", "LoopbackSupport", crypto, x509, asn1, nioCore,
            nioPosix, nioHTTP1, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "TransparencyLogTests",
        dependencies: ["TransparencyLog", "CFiles", "PKIX", "JSON", "JOSE", "AtomicFiles", crypto, lifecycle, logging],
        swiftSettings: settings
    ),
    .testTarget(
        name: "AgentClientTests",
        dependencies: [
            "AgentClient", "PKIX", "JOSE", "HTTPSignatures", x509, asn1, crypto, httpTypes, nioCore, nioPosix, nioHTTP1,
            nioSSL,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "CertificateAuthorityTests",
        dependencies: [
            "CertificateAuthority", "TestSupport", "PKIX", "AuditLog", "AtomicFiles", "Signing", x509, asn1, crypto,
            cryptoExtras,
            lifecycle, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "RegistrationAuthorityTests",
        dependencies: [
            "RegistrationAuthority", "Persistence", "TestSupport", "AuditLog", "PKIX", "JSON", "JOSE", "HTTPSignatures",
            "DNS", crypto, x509, asn1, asyncHTTPClient, httpTypes, nioCore, nioPosix, nioHTTP1, nioSSL, lifecycle,
            lifecycleTestKit, logging,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "PersistenceTests",
        dependencies: [
            "Persistence", "TestSupport", "PKIX", "JSON", "DNS", "ACME", "AuditLog", "CertificateAuthority",
            "ServerCertificates", "RegistrationAuthority", "TransparencyLog", grdb, crypto, x509, asn1,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "WebAPITests",
        dependencies: [
            "WebAPI", "TestSupport", "LoopbackSupport", "PKIX", "JSON", "JOSE", "HTTPSignatures", "DNS", "AuditLog",
            "CertificateAuthority", "RegistrationAuthority", "Persistence", "Telemetry", "TransparencyLog",
            "PublicTrust", "Verification", hummingbird, httpTypes, nioCore, nioPosix, nioSSL, lifecycle, logging,
            coreMetrics, x509, asn1, crypto, yams,
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "ValidationServiceTests",
        dependencies: [
            "ValidationService", "TestSupport", "LoopbackSupport", "PKIX", nioCore, nioPosix, lifecycle, logging,
            coreMetrics, metricsTestKit,
        ],
        swiftSettings: settings
    ),
    // The built program as a stranger meets it: processes, sockets, openssl, GnuTLS, Python.
    .testTarget(
        name: "SignetTests",
        dependencies: [
            "signet", "TestSupport", "ACMESupport", "LoopbackSupport", "ACME", "PKIX", "JSON", "AuditLog",
            "CertificateAuthority", "ServerCertificates", "TransparencyLog", "Persistence", asyncHTTPClient,
            nioCore, nioHTTP1,
            x509, asn1,
            crypto,
        ],
        swiftSettings: settings
    ),
]

let package = Package(
    name: "signet",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-service-context", exact: "1.5.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: ground + floor0 + floor1 + floor2 + floor3 + floor4 + benchmarks + tests
)
