// Calls of Route 53's API (2013-04-01), signed, and what its errors mean.

import OutboundHTTP

/// Calls Route 53.
struct Route53Client: Sendable {
    /// What became of a batch.
    enum BatchOutcome: Sendable {
        /// Route 53 has it; the identifier tells when all its servers do.
        case accepted(String)
        /// The sets are no longer what it was made for, or another change is under way.
        case stale(ProviderFailure)
    }

    /// Five requests a second for each account: the older of AWS's two figures, and the smaller.
    static let rate = CallRate(burst: 5, perSecond: 5)

    let endpoint: ProviderEndpoint
    let signature: SignatureV4
    let caller: ProviderCaller

    init(endpoint: ProviderEndpoint, credentials: AWSCredentials, environment: ProviderEnvironment) {
        self.endpoint = endpoint
        self.signature = SignatureV4(credentials: credentials, region: "us-east-1", service: "route53")
        let secrets = [credentials.secretAccessKey] + (credentials.sessionToken.map { [$0] } ?? [])
        self.caller = ProviderCaller(environment, secrets: secrets, rate: Self.rate)
    }

    /// Calls and gives the document.
    func document(
        _ method: String,
        _ path: String,
        _ query: [(name: String, value: String)] = []
    ) async throws(ProviderFailure) -> Route53Element {
        try await self.caller.send {
            self.call(method, path, query)
        } read: {
            Self.read($0)
        }
    }

    /// Sends a batch.
    func change(_ batch: Route53Batch, in zone: String) async throws(ProviderFailure) -> BatchOutcome {
        try await self.caller.send {
            self.call("POST", "/hostedzone/\(zone)/rrset/", body: batch.document)
        } read: { answer in
            let document = Self.read(answer)
            switch document {
            case .success(let document):
                let identifier = document["ChangeInfo"]?["Id"]?.text ?? ""
                return .success(.accepted(Self.bare(identifier)))
            case .failure(let failure):
                return Route53Refusal(answer).isStale ? .success(.stale(failure)) : .failure(failure)
            }
        }
    }

    /// An identifier without the path before it: `/hostedzone/Z1` is `Z1`.
    static func bare(_ identifier: String) -> String {
        identifier.split(separator: "/").last.map(String.init) ?? ""
    }

    private func call(
        _ method: String,
        _ path: String,
        _ query: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) -> HTTPCall {
        let path = "/2013-04-01\(path)"
        let request = SignatureV4.Request(
            method: method,
            path: self.endpoint.path + path,
            query: PercentEncoding.query(query),
            host: self.endpoint.authority,
            contentType: body.isEmpty ? nil : "text/xml",
            body: body
        )
        var headers = self.signature.fields(for: request, at: self.caller.environment.now())
        if let type = request.contentType { headers.append(HTTPField("Content-Type", type)) }
        let url = self.endpoint.url + path + (query.isEmpty ? "" : "?\(request.query)")
        return HTTPCall(method: method, url: url, headers: headers, body: body)
    }

    private static func read(_ answer: HTTPAnswer) -> Result<Route53Element, ProviderFailure> {
        guard (200..<300).contains(answer.status) else { return .failure(Route53Refusal(answer).failure) }
        guard let document = Route53Element(document: answer.body) else {
            return .failure(
                ProviderFailure(.unavailable, "Route 53's answer (\(answer.status)) is not a document of its API")
            )
        }
        return .success(document)
    }
}
