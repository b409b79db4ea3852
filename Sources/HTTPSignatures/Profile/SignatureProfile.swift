// What an application demands of signatures (RFC 9421 §1.4): nothing less proves that a request is what its signer sent.

public import HTTPTypes

/// One demand on what is covered: all components of at least one of the sets.
public struct CoverageRule: Hashable, Sendable {
    /// The sets, of which one suffices.
    public let alternatives: [Set<CoveredComponent>]

    /// Creates a rule.
    public init(anyOf alternatives: [Set<CoveredComponent>]) { self.alternatives = alternatives }

    /// The method.
    public static let method = CoverageRule(anyOf: [[.method]])
    /// The whole target: in one piece, or authority, path and query.
    public static let target = CoverageRule(anyOf: [[.targetURI], [.authority, .path, .query]])

    func isMet(by components: [CoveredComponent]) -> Bool {
        self.alternatives.contains { $0.isSubset(of: components) }
    }
}

/// The demands on a request's signature: coverage, parameters, lifetime.
///
/// Whatever the rules say, a request with a body must have `Content-Digest` and cover it, and a signature must have
/// `created`, `expires`, `nonce`, `keyid` and `alg`.
public struct SignatureProfile: Hashable, Sendable {
    /// What must be covered.
    public let coverage: [CoverageRule]
    /// The authorities (`host` or `host:port`, in lower case) that are ours; nil takes any.
    ///
    /// A signature covers the authority that the request names. One for another server verifies here as well, unless that
    /// name is checked.
    public let authorities: Set<String>?
    /// The longest time from `created` to `expires`, in seconds.
    public let lifetime: Int64
    /// How far the signer's clock may be off, in seconds.
    public let skew: Int64

    /// Creates a profile; without arguments, method and whole target must be covered.
    public init(
        coverage: [CoverageRule] = [.method, .target],
        authorities: Set<String>? = nil,
        lifetime: Int64 = Budget.lifetime,
        skew: Int64 = Budget.skew
    ) {
        self.coverage = coverage
        self.authorities = authorities
        self.lifetime = lifetime
        self.skew = skew
    }
}

extension SignatureProfile {
    /// Reads a request's signature and checks all that needs neither key nor clock: the first of two steps.
    ///
    /// The caller then looks for the key by ``SignatureCandidate/keyID`` and calls
    /// ``SignatureCandidate/verified(with:at:)``.
    ///
    /// - Parameters:
    ///   - body: The octets as they were sent, after any content coding.
    ///   - label: Which signature counts; without it, the request must have exactly one.
    /// - Throws: ``HTTPSignatureError``.
    public func candidate(
        in request: HTTPRequest,
        body: [UInt8],
        label: String? = nil
    ) throws(HTTPSignatureError) -> SignatureCandidate {
        let input = try Self.input(label, of: try SignatureInput.all(in: request))
        for rule in self.coverage where !rule.isMet(by: input.components) {
            let names = rule.alternatives.map { $0.map(\.name).sorted().joined(separator: ", ") }
            throw HTTPSignatureError(
                .insufficientCoverage,
                "the signature must cover \(names.joined(separator: ", or else "))"
            )
        }
        try self.checkBody(body, of: request, coveredBy: input)
        if let authorities {
            let authority = try RequestTarget(request).authority
            guard authorities.contains(authority) else {
                throw HTTPSignatureError(.wrongAuthority, "the request is for another server: '\(authority)'")
            }
        }
        return try SignatureCandidate(input, of: request, profile: self)
    }

    private static func input(_ label: String?, of inputs: [SignatureInput]) throws(HTTPSignatureError)
        -> SignatureInput
    {
        if label == nil, inputs.count > 1 {
            throw HTTPSignatureError(.ambiguousSignature, "the request has \(inputs.count) signatures; send one")
        }
        guard let input = label.map({ label in inputs.first { $0.label == label } }) ?? inputs.first else {
            throw HTTPSignatureError(.missingSignature, "the request needs Signature-Input and Signature (RFC 9421)")
        }
        return input
    }

    private func checkBody(
        _ body: [UInt8],
        of request: HTTPRequest,
        coveredBy input: SignatureInput
    ) throws(HTTPSignatureError) {
        let isCovered = input.components.contains(CoveredComponent(field: .contentDigest))
        // RFC 9421 §7.2.8: a signature over fields says nothing of the body.
        guard body.isEmpty || isCovered else {
            throw HTTPSignatureError(
                .insufficientCoverage,
                "the request has a body: the signature must cover content-digest"
            )
        }
        guard isCovered || ContentDigest.isPresent(in: request.headerFields) else { return }
        try ContentDigest.check(body, against: request.headerFields)
    }
}
