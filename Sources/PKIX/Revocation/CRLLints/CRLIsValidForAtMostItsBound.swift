extension CRLLint {
    /// The list is valid for at most 10 days, or a year when it is about authorities.
    static let crlIsValidForAtMostItsBound = CRLLint(
        "crl_is_valid_for_at_most_its_bound",
        citation: "BR §4.9.7: nextUpdate at most ten days after thisUpdate for subscribers' certificates, "
            + "twelve months for CAs'",
        severity: .error
    ) { crl in
        let bound = crl.context.coversAuthorities ? Budget.authorityCRLWindowSeconds : Budget.crlWindowSeconds
        guard let window = crl.windowSeconds, window > bound else { return nil }
        return "the list is valid for \(window) seconds; at most \(bound) are admitted"
    }
}
