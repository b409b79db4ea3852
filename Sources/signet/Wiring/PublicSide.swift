// The public side put together: OCSP, CRLs and issuer certificates over plain HTTP, kept true by the feed of revocations.

import AsyncHTTPClient
import CertificateAuthority
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import PKIX
import Persistence
import ServiceLifecycle
import Signing
import ValidationService
import X509

/// What relying parties get.
struct PublicSide: Sendable {
    /// Where the certificates' addresses lead on this listener, without the public URL.
    let resources = ResourceTable()
    let cache: ResponseCache
    let responders = ResponderRegister()
    let configuration: SignetConfiguration
    let layout: StateLayout
    let logger: Logger
    /// The places of the issuers in every list of them.
    private let indexes: [String: Int]

    init(configuration: SignetConfiguration, layout: StateLayout, issuers: [String], logger: Logger) {
        self.cache = ResponseCache(capacity: configuration.ocsp.cacheBytes)
        self.configuration = configuration
        self.layout = layout
        self.logger = logger
        self.indexes = Dictionary(uniqueKeysWithValues: zip(issuers, issuers.indices))
    }

    /// Drops what is kept of a certificate's status.
    func forget(_ serialNumber: SerialNumber, of issuer: String) {
        guard let index = self.indexes[issuer] else { return }
        self.cache.invalidate(issuer: index, serial: serialNumber)
    }

    /// Everything that runs for long, in start order, and the check of what it does.
    func services(
        _ assembly: AuthorityAssembly,
        _ store: SQLiteStore,
        _ announcement: Announcement,
        _ loader: any ResourceLoading
    ) throws -> (services: [any Service], selfCheck: StatusSelfCheck) {
        let authority = assembly.authority
        try self.publishCertificates(authority)
        let issuers = authority.issuers.map {
            StatusIssuer(name: $0.name, subject: $0.subjectBytes, publicKey: $0.publicKey.keyBytes)
        }
        let hierarchy = assembly.definitions.hierarchy
        let responder = StatusResponder(
            responder: OCSPResponder(
                authority: authority,
                delegating: Set(hierarchy.issuers.filter { $0.responder != nil }.map(\.name)),
                responders: self.responders,
                store: store,
                policy: self.configuration.ocsp.policy,
                now: SystemEnvironment.now
            )
        )
        let now: @Sendable () -> CertificateTime = { CertificateTime(SystemEnvironment.now()) }
        let selfCheck = self.selfCheck(authority, store, announcement)
        let services: [any Service] = [
            self.watcher(store),
            self.publisher(authority, store),
            ResponseRefresher(
                cache: self.cache,
                issuers: issuers,
                responder: responder,
                clock: SystemEnvironment.clock,
                now: now,
                logger: self.logger
            ),
            ValidationServer(
                configuration: self.listener,
                issuers: issuers,
                responder: responder,
                cache: self.cache,
                resources: self.resources,
                loader: ResourceLoaders([
                    ChallengeResources { token in try await store.keyAuthorization(ofToken: token) }, loader,
                ]),
                now: now,
                logger: self.logger,
                onBound: { port in await announcement.publicSide(port: port) }
            ),
            selfCheck,
        ]
        return (services, selfCheck)
    }

    private var listener: ValidationServer.Configuration {
        var listener = ValidationServer.Configuration(
            host: self.configuration.publicListener.host,
            port: self.configuration.publicListener.port
        )
        // Issuance keeps most of the queue for signatures.
        listener.limits.coldAnswers = max(16, self.configuration.signingQueue / 4)
        listener.echoesNonce = self.configuration.ocsp.echoesNonce
        listener.limits.connections = FileLimit.connections(
            atMost: listener.limits.connections,
            besides: self.configuration.maximumConnections,
            logger: self.logger
        )
        return listener
    }

    private func watcher(_ store: SQLiteStore) -> RevocationWatcher {
        RevocationWatcher(
            store: store,
            changed: { changes in for change in changes { self.forget(change.serialNumber, of: change.issuer) } },
            lost: { self.cache.invalidateAll() },
            sleep: SystemEnvironment.sleep,
            logger: self.logger
        )
    }

    private func publisher(_ authority: IssuingAuthority, _ store: SQLiteStore) -> CRLPublisher {
        CRLPublisher(
            authority: authority,
            revocations: store,
            crls: store,
            directory: self.layout.crls,
            policy: self.configuration.crl,
            published: self.publish,
            sleep: SystemEnvironment.sleep,
            logger: self.logger
        )
    }

    private func publishCertificates(_ authority: IssuingAuthority) throws {
        for (name, bytes) in authority.issuers.map({ ($0.name, $0.certificateBytes) }) + [("root", authority.root)] {
            let certificate = PublishedResource(
                bytes: bytes,
                // RFC 2585 §4.1.
                contentType: "application/pkix-cert",
                lastModified: CertificateTime(try EncodedCertificate(der: bytes).fields.notValidBefore),
                maxAge: 86_400
            )
            self.resources.publish(certificate, at: "/ca/\(name).cer")
        }
    }

    /// Publishes a CRL at the addresses that certificates name.
    ///
    /// Caches may keep a complete CRL until the next one is due by schedule, a delta for a minute.
    private func publish(_ file: CRLFile) async throws {
        let crl = file.crl
        let (der, pem) = try await Token.blocking {
            (try PublishedFile(path: file.path), try PublishedFile(path: file.pemPath))
        }
        func resource(_ content: PublishedFile, _ type: String, _ suffix: String) -> PublishedResource {
            PublishedResource(
                content: .file(content),
                contentType: type,
                entityTag: crl.sha256.hexadecimal + suffix,
                lastModified: crl.thisUpdate,
                expires: crl.nextUpdate,
                maxAge: crl.kind == .delta ? 60 : self.configuration.crl.interval
            )
        }
        let path = "/crl/" + crl.partition.name(of: crl.kind)
        self.resources.publish([
            // RFC 2585 §4.2.
            "\(path).crl": resource(der, "application/pkix-crl", ""),
            "\(path).pem": resource(pem, "application/x-pem-file", "-pem"),
        ])
    }

    private func selfCheck(
        _ authority: IssuingAuthority,
        _ store: SQLiteStore,
        _ announcement: Announcement
    ) -> StatusSelfCheck {
        StatusSelfCheck(
            authority: authority,
            crls: store,
            fetch: { issuer, body in
                var request = HTTPClientRequest(
                    url: "\(try await announcement.publicAddress())/issuers/\(issuer)/ocsp"
                )
                request.method = .POST
                request.headers.add(name: "Content-Type", value: "application/ocsp-request")
                request.body = .bytes(body)
                return Array(buffer: try await Self.answer(request).body.collect(upTo: 65_536))
            },
            fetchCRL: { path, whole in
                var request = HTTPClientRequest(url: try await announcement.publicAddress() + path)
                request.method = whole ? .GET : .HEAD
                let response = try await Self.answer(request)
                return FetchedCRL(
                    entityTag: (response.headers.first(name: "ETag") ?? "").replacing("\"", with: ""),
                    body: Array(buffer: try await response.body.collect(upTo: 131_072))
                )
            },
            sleep: SystemEnvironment.sleep,
            logger: self.logger
        )
    }
}

extension PublicSide {
    private static func answer(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        guard response.status == .ok else {
            throw ConfigurationError("the public side answers \(request.url) with \(response.status.code)")
        }
        return response
    }
}
