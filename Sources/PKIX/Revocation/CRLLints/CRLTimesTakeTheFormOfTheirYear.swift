extension CRLLint {
    /// Times through 2049 are UTCTime, later ones GeneralizedTime, of whole seconds.
    static let crlTimesTakeTheFormOfTheirYear = CRLLint(
        "crl_times_take_the_form_of_their_year",
        citation: "RFC 5280 §5.1.2.4 to §5.1.2.6: dates through the year 2049 are UTCTime, in 2050 or later "
            + "GeneralizedTime",
        severity: .error
    ) { crl in
        let times = [crl.fields.thisUpdate] + (crl.fields.nextUpdate.map { [$0] } ?? [])
        if times.contains(where: { $0.isGeneralized == $0.time.takesUTCTime || $0.hasFraction }) {
            return "thisUpdate or nextUpdate is in another form"
        }
        return crl.entries.malformedTime.map { "an entry's time \($0) is in another form" }
    }
}
