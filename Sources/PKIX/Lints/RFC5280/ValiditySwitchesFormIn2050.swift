extension Lint {
    /// Times are UTCTime until 2049 and GeneralizedTime from 2050.
    static let validitySwitchesFormIn2050 = Lint(
        "validity_switches_form_in_2050",
        citation: "RFC 5280 §4.1.2.5: \"CAs conforming to this profile MUST always encode certificate validity "
            + "dates through the year 2049 as UTCTime; certificate validity dates in 2050 or later MUST be "
            + "encoded as GeneralizedTime.\"",
        severity: .error
    ) { certificate in
        let firstGeneralized = CertificateTime(secondsSinceEpoch: 2_524_608_000)
        let isWrong = [certificate.notBefore, certificate.notAfter].contains {
            $0.isGeneralized != ($0.time >= firstGeneralized)
        }
        return isWrong ? "a time is UTCTime from 2050 on or GeneralizedTime before" : nil
    }
}
