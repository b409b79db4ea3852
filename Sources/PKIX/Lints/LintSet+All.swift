// The register of lints, by the folder of their specification. `scripts/new-lint` adds a line here.

extension LintSet {
    /// Every lint.
    public static let all: [Lint] = rfc5280 + rfc8410 + rfc9608 + rfc6960 + ans + baselineRequirements + signet

    // RFC 5280: certificates.
    private static let rfc5280: [Lint] = [
        .serialNumberIsPositive,
        .versionIsV3,
        .serialNumberFits20Octets,
        .serialNumberIsMinimal,
        .signatureAlgorithmIsTheIssuers,
        .issuerIsNotEmpty,
        .issuerIsTheCASubject,
        .validitySwitchesFormIn2050,
        .validityIsInWholeSeconds,
        .validityDoesNotEndBeforeItBegins,
        .validityLiesWithinTheIssuers,
        .uniqueIdentifiersAreAbsent,
        .extensionsArePresent,
        .extensionsStandOnce,
        .extensionValuesDecode,
        .criticalExtensionsAreKnown,
        .authorityKeyIdentifierIsPresent,
        .authorityKeyIdentifierIsTheIssuers,
        .authorityKeyIdentifierIsNotCritical,
        .subjectKeyIdentifierIsPresentOnCA,
        .subjectKeyIdentifierIsNotCritical,
        .subjectKeyIdentifierIsDerivedFromKey,
        .keyUsageIsPresent,
        .keyUsageIsCritical,
        .keyUsageIsNotEmpty,
        .caBasicConstraintsAreAsserted,
        .caBasicConstraintsAreCritical,
        .caKeyUsageSignsCertificatesAndCRLs,
        .keyCertSignNeedsCA,
        .pathLengthNeedsCA,
        .pathLengthFitsTheIssuers,
        .endEntityIsNotACA,
        .endEntitySignsNoCertificatesOrCRLs,
        .extendedKeyUsageIsNotEmpty,
        .caSubjectIsNotEmpty,
        .emptySubjectNeedsCriticalNames,
        .namesAreNotCriticalBesideASubject,
        .alternativeNamesAreNotEmpty,
        .dnsNamesFollowPreferredSyntax,
        .dnsNameLabelsFit63Octets,
        .dnsNamesFit253Octets,
        .uriNamesAreAbsolute,
        .uriNamesNameAHost,
        .ipAddressesHave4Or16Octets,
        .subjectStringsAreUTF8OrPrintable,
        .countryNameIsTwoLetters,
        .subjectAttributesFitTheirBounds,
        .subjectAttributesAreNotEmpty,
        .crlDistributionPointsAreNotCritical,
        .crlDistributionPointsHaveAddresses,
        .informationAccessIsNotCritical,
        .informationAccessIsNotEmpty,
        .certificatePoliciesStandOnce,
        .nameConstraintsNeedCA,
        .nameConstraintsAreCritical,
        .rootSubjectIsItsIssuer,
        .rootSignsItself,
    ]

    // RFC 8410, 9295, 5480, 8813, 3279: keys.
    private static let rfc8410: [Lint] = [
        .ed25519ParametersAreAbsent,
        .ed25519KeyUsageSigns,
        .ed25519KeyUsageDoesNotEncipher,
        .ecParametersAreANamedCurve,
        .ecKeyUsageDoesNotEncipher,
        .rsaParametersAreNull,
        .rsaKeyUsageDoesNotAgree,
    ]

    // RFC 9608: no revocation available.
    private static let rfc9608: [Lint] = [
        .noRevAvailIsNull,
        .noRevAvailIsNotCritical,
        .noRevAvailExcludesCRLAddresses,
        .noRevAvailExcludesOCSPAddresses,
        .noRevAvailIsNotOnACA,
        .revocationIsPointedToOrRuledOut,
    ]

    // RFC 6960: OCSP responders.
    private static let rfc6960: [Lint] = [
        .responderExtendedKeyUsageIsOCSPSigning,
        .responderHasNoCheck,
        .noCheckIsNull,
        .noCheckIsNotCritical,
        .noCheckIsOnlyOnResponders,
        .ocspSigningIsOnlyOnResponders,
        .responderKeyUsageIsDigitalSignature,
    ]

    // The Agent Name Service.
    private static let ans: [Lint] = [
        .identityHasOneANSName,
        .identityHasNoOtherNames,
        .ansNamesAreWellFormed,
        .identityHasClientAuth,
        .identityHasNoServerAuth,
        .identityKeyUsageIsDigitalSignature,
        .tlsHasNoANSName,
    ]

    // CA/Browser Forum Baseline Requirements (BR), version 2.
    private static let baselineRequirements: [Lint] = [
        .serialNumberHas64Bits,
        .authorityKeyIdentifierHasNoIssuerAndSerial,
        .caKeyUsageIsCritical,
        .rootHasNoExtendedKeyUsage,
        .endEntityHasExtendedKeyUsage,
        .anyExtendedKeyUsageIsAbsent,
        .extendedKeyUsageIsNotCritical,
        .tlsNamesAHostOrAddress,
        .tlsHasNoOtherKindsOfName,
        .tlsHasServerAuth,
        .tlsKeyUsageSigns,
        .tlsCommonNameIsAnAlternativeName,
        .relativeNamesHoldOneAttribute,
        .subjectAttributesStandOnce,
        .crlAddressesAreHTTP,
        .informationAccessAddressesAreHTTP,
        .issuingCAHasCertificatePolicies,
        .publicKeyIsStrong,
        .dnsNamesAreNotIPAddresses,
        .dnsNamesHaveNoUnderscore,
        .wildcardsAreTheWholeFirstLabel,
        .noRevAvailIsShortLived,
        .rootValidityIsAtMost9132Days,
    ]

    // Signet's own policy.
    private static let signet: [Lint] = [
        .issuingCAValidityIsAtMost10Years,
        .responderValidityIsAtMost90Days,
        .endEntityValidityIsAtMost398Days,
        .subjectKeyIsNotTheIssuers,
        .subjectIsNotTheIssuers,
        .alternativeNamesAreUnique,
        .alternativeNamesAreAtMost100,
        .alternativeNamesAreOfCheckedKinds,
        .dnsNamesAreLowerCase,
        .subjectHasNoControlCharacters,
        .subjectHasNoSurroundingSpace,
        .serverKeyLinkIsOnlyOnIdentities,
    ]
}
