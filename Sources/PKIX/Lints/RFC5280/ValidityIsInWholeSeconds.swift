extension Lint {
    /// Times are in UTC, with seconds and without fractions.
    static let validityIsInWholeSeconds = Lint(
        "validity_is_in_whole_seconds",
        citation: "RFC 5280 §4.1.2.5.1, §4.1.2.5.2: values \"MUST be expressed in Greenwich Mean Time (Zulu) and MUST "
            + "include seconds\", GeneralizedTime \"MUST NOT include fractional seconds.\"",
        severity: .error
    ) { certificate in
        for time in [certificate.notBefore, certificate.notAfter] {
            let length = time.isGeneralized ? 15 : 13
            guard time.text.utf8.count == length, time.text.utf8.last == UInt8(ascii: "Z") else {
                return "the time \(time.text.quotedForMessage) is not in whole seconds of UTC"
            }
        }
        return nil
    }
}
