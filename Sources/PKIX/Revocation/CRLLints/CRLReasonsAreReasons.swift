extension CRLLint {
    /// Every reason is one of the specification.
    static let crlReasonsAreReasons = CRLLint(
        "crl_reasons_are_reasons",
        citation: "RFC 5280 §5.3.1: CRLReason, of which the value 7 is not used",
        severity: .error
    ) { crl in
        crl.entries.unknownReason.map { "an entry has the reason \($0)" }
    }
}
