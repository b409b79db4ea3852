extension OCSPLint {
    /// No extension of a response is critical.
    static let responseExtensionsAreNotCritical = OCSPLint(
        "response_extensions_are_not_critical",
        citation: "RFC 6960 §4.4: support of any extension is optional, the critical flag should not be set for "
            + "any of them",
        severity: .warning
    ) { response in
        response.data.hasCriticalExtension || response.responses.contains(where: \.hasCriticalExtension)
            ? "an extension is critical" : nil
    }
}
