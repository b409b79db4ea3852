// Where we judge otherwise than x509-limbo expects, and why; a case that agrees has to leave the list.

/// Cases by id, with the reason.
enum LimboDeviations {
    static let all: [String: String] = Dictionary(
        uniqueKeysWithValues: Self.reasons.flatMap { reason, cases in cases.map { ($0, reason) } }
    )

    private static let reasons: [(String, [String])] = [
        (
            "a CA's certificate is no server's or client's (Baseline Requirements §7.1.2.7.8; webpki::ca-as-leaf expects that too)",
            ["pathlen::validation-ignores-pathlen-in-leaf", "rfc5280::ca-as-leaf"]
        ),
        (
            "a purpose must be named (Baseline Requirements §7.1.2.7.10; webpki::eku::ee-without-eku expects that too)",
            ["rfc5280::eku::ee-without-eku"]
        ),
        (
            "key identifiers help to find a path; RFC 5280 §6.1 has nobody check that they are there",
            [
                "rfc5280::aki::leaf-missing-aki", "rfc5280::aki::intermediate-missing-aki",
                "rfc5280::aki::cross-signed-root-missing-aki", "rfc5280::ski::root-missing-ski",
                "rfc5280::ski::intermediate-missing-ski",
            ]
        ),
        (
            "a trust root is the operator's choice; its form is not judged, what it restricts is",
            [
                "webpki::aki::root-with-aki-missing-keyidentifier", "webpki::aki::root-with-aki-authoritycertissuer",
                "webpki::aki::root-with-aki-authoritycertserialnumber", "webpki::aki::root-with-aki-all-fields",
                "webpki::aki::root-with-aki-ski-mismatch", "rfc5280::root-non-critical-basic-constraints",
                "webpki::eku::root-has-eku",
            ]
        ),
        (
            "constraints hold whether critical or not (webpki::nc::permitted-dns-match-noncritical expects that too)",
            ["rfc5280::nc::permitted-dns-match-noncritical"]
        ),
        (
            "common names are never looked at (RFC 9525 §2), so one that differs from the names misleads nobody",
            [
                "webpki::cn::ipv4-hex-mismatch", "webpki::cn::ipv4-leading-zeros-mismatch",
                "webpki::cn::ipv6-uppercase-mismatch", "webpki::cn::ipv6-uncompressed-mismatch",
                "webpki::cn::ipv6-non-rfc5952-mismatch", "webpki::cn::punycode-not-in-san",
                "webpki::cn::utf8-vs-punycode-mismatch", "webpki::cn::not-in-san", "webpki::cn::case-mismatch",
            ]
        ),
        (
            "RFC 5280 §4.2.1.12 admits a critical extended key usage, and a verifier knows it",
            ["webpki::eku::ee-critical-eku"]
        ),
        (
            "RFC 5280 §4.2.1.6 admits critical names beside a subject (SHOULD)",
            ["webpki::san::san-critical-with-nonempty-subject"]
        ),
        (
            "wildcards below public suffixes need the suffix list, which is the issuer's duty (Baseline Requirements §3.2.2.6);"
                + " those below one label are refused",
            [
                "webpki::san::public-suffix-multi-label-wildcard-san",
                "webpki::san::public-suffix-private-namespace-wildcard-san",
            ]
        ),
    ]
}
