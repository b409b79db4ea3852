// One list or more for each lint of CRLs.

import PKIX
import SwiftASN1
import TestSupport
import Testing

/// A lint with a list that breaks it.
struct CRLLintCase: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable (inout CRLLintFixture) -> Void

    let lint: String
    /// Lints that the list breaks besides.
    let others: Set<String>
    let change: Change

    init(_ lint: String, also others: Set<String> = [], _ change: @escaping Change) {
        self.lint = lint
        self.others = others
        self.change = change
    }

    var testDescription: String { self.lint }

    static let all = fields + extensions + entries

    private static let fields: [CRLLintCase] = [
        CRLLintCase("crl_version_is_v2") { $0.version = [] },
        CRLLintCase("crl_version_is_v2") { $0.version = [0x02, 0x01, 0x00] },
        CRLLintCase("crl_signature_is_the_issuers_scheme") {
            $0.algorithm = SignatureScheme.ed25519.algorithmIdentifier
        },
        CRLLintCase("crl_issuer_is_the_ca_subject") { $0.issuer = DERBytes.encoding(of: TBSFixture.rootName) },
        CRLLintCase("crl_next_update_is_present") { $0.nextUpdate = [] },
        CRLLintCase("crl_next_update_is_after_this_update") { $0.nextUpdate = $0.thisUpdate },
        CRLLintCase("crl_this_update_is_not_in_the_future") { $0.context.now = OCSPFixture.now + -1 },
        CRLLintCase("crl_is_valid_for_at_most_its_bound") {
            $0.nextUpdate = CRLFixture.time(OCSPFixture.now + 10 * TBSFixture.day + 1)
        },
        CRLLintCase("crl_is_valid_for_at_most_its_bound") {
            $0.context.coversAuthorities = true
            $0.nextUpdate = CRLFixture.time(OCSPFixture.now + 367 * TBSFixture.day)
        },
        CRLLintCase("crl_times_take_the_form_of_their_year") {
            $0.thisUpdate = DERBytes.node(0x18, Array("20261121010000Z".utf8))
        },
        CRLLintCase("crl_times_take_the_form_of_their_year") {
            $0.entries = [CRLLintFixture.entry(1, at: DERBytes.node(0x18, Array("20261121000000Z".utf8)))]
        },
        CRLLintCase("crl_does_not_outlive_its_issuer") { $0.context.issuerNotAfter = OCSPFixture.now },
    ]

    private static let extensions: [CRLLintCase] = [
        CRLLintCase("crl_number_is_present") { $0.extensions.removeLast() },
        CRLLintCase("crl_number_rises") { $0.context.previousNumber = 7 },
        CRLLintCase("crl_number_is_not_critical") {
            $0.set(CRLLintFixture.number, isCritical: true, [0x02, 0x01, 0x07])
        },
        CRLLintCase("crl_authority_key_identifier_is_the_issuers") { $0.extensions.removeFirst() },
        CRLLintCase("crl_authority_key_identifier_is_the_issuers") { $0.context.issuerKeyIdentifier[0] ^= 1 },
        CRLLintCase("crl_authority_key_identifier_is_not_critical") { $0.extensions[0].isCritical = true },
        CRLLintCase("crl_extensions_are_unique") { $0.extensions.append($0.extensions[1]) },
        CRLLintCase("crl_distribution_point_is_the_scopes") { $0.context.scope = .shard(uri: CRLFixture.uri) },
        CRLLintCase("crl_distribution_point_is_the_scopes") {
            $0.makeShard()
            $0.context.scope = .full
        },
        CRLLintCase("crl_distribution_point_is_the_scopes") {
            $0.makeShard()
            $0.context.scope = .shard(uri: "http://ca.example.com/crl/other.crl")
        },
        CRLLintCase("crl_distribution_point_is_critical") {
            $0.makeShard()
            $0.extensions[2].isCritical = false
        },
        CRLLintCase("crl_distribution_point_is_not_narrowed") {
            $0.makeShard()
            let value = DERBytes.sequence(CRLLintFixture.pointName(CRLFixture.uri), [0x81, 0x01, 0xFF])
            $0.set(CRLLintFixture.point, isCritical: true, value)
        },
        CRLLintCase("crl_delta_indicator_is_on_deltas") { $0.context.isDelta = true },
        CRLLintCase("crl_delta_indicator_is_on_deltas") {
            $0.makeDelta()
            $0.context.isDelta = false
        },
        CRLLintCase("crl_delta_indicator_is_critical") {
            $0.makeDelta()
            $0.extensions[2].isCritical = false
        },
        CRLLintCase("crl_delta_base_is_below_its_number") { $0.makeDelta(base: 7) },
        CRLLintCase("crl_freshest_is_not_on_deltas") {
            $0.makeDelta()
            $0.setFreshest("http://ca.example.com/crl/delta.crl")
        },
        CRLLintCase("crl_freshest_is_not_critical") {
            $0.setFreshest("http://ca.example.com/crl/delta.crl", isCritical: true)
        },
        CRLLintCase("crl_points_are_plain_http") { $0.makeShard("https://ca.example.com/crl/0.crl") },
        CRLLintCase("crl_points_are_plain_http") { $0.setFreshest("ldap://ca.example.com/") },
    ]

    private static let entries: [CRLLintCase] = [
        CRLLintCase("crl_without_entries_has_no_list") {
            $0.entries = []
            $0.hasList = true
        },
        CRLLintCase("crl_entries_are_ascending") { $0.entries.append($0.entries[1]) },
        CRLLintCase("crl_entries_are_ascending") { $0.entries.reverse() },
        CRLLintCase("crl_revocation_dates_are_not_in_the_future") {
            $0.entries = [CRLLintFixture.entry(1, at: CRLFixture.time(OCSPFixture.now + 1))]
        },
        CRLLintCase("crl_removals_are_on_deltas") { $0.entries = [CRLLintFixture.entry(1, reason: 8)] },
        CRLLintCase("crl_reasons_are_reasons") { $0.entries = [CRLLintFixture.entry(1, reason: 7)] },
        CRLLintCase("crl_reasons_are_reasons") { $0.entries = [CRLLintFixture.entry(1, reason: 11)] },
        CRLLintCase("crl_reasons_are_not_unspecified") { $0.entries = [CRLLintFixture.entry(1, reason: 0)] },
    ]

    /// Lists that break nothing.
    static let good: [Change] = [
        { _ in },
        { $0.entries = [] },
        { $0.makeShard() },
        { $0.makeDelta() },
        {
            $0.makeDelta(base: 0)
            $0.makeShard()
            $0.entries = [CRLLintFixture.entry(1, reason: 8)]
        },
        { $0.setFreshest("http://ca.example.com/crl/delta.crl") },
        { $0.context.previousNumber = nil },
        {
            $0.context.coversAuthorities = true
            $0.nextUpdate = CRLFixture.time(OCSPFixture.now + 366 * TBSFixture.day)
        },
        { $0.entries = [1, 2, 3, 4, 5, 6, 9, 10].map { CRLLintFixture.entry($0, reason: $0) } },
    ]
}
