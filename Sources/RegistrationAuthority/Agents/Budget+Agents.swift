// Bounds on what an agent says of itself, each with the origin of its number.

extension Budget {
    /// A display name, in Unicode scalars (ANS API, `agentDisplayName`).
    public static let displayNameCharacters = 64
    /// A description, in Unicode scalars (ANS API, `agentDescription`).
    public static let agentDescriptionCharacters = 150
    /// The id or the name of a function, in Unicode scalars (ANS API, `AgentFunction`).
    public static let functionNameCharacters = 64
    /// Tags of one function (ANS API, `AgentFunction`).
    public static let functionTags = 5
    /// A tag, in Unicode scalars (ANS API, `AgentFunction`).
    public static let functionTagCharacters = 20
    /// Functions of one endpoint: ANS has no bound; a card with more skills is better read as a card.
    public static let endpointFunctions = 100
    /// Transports or discovery profiles in one list: more than there are of either.
    public static let listedChoices = 16
    /// A URL, in octets: what the reference implementation of ANS takes for `metaDataUrl`.
    public static let agentURLBytes = 2_048
    /// A CSR in PEM, in octets: what `ParsedCSR` takes.
    public static let csrPEMBytes = 8_192
    /// A certificate or a chain in PEM, in octets: ten certificates of the largest RSA keys.
    public static let certificatePEMBytes = 131_072
    /// A text that stands for a host, a version or a name before it is looked at, in octets: the longest name many times.
    public static let nameTextBytes = 1_024
    /// A record's data as text, in characters: the longest URL with room for all else, and far below what DNS carries.
    public static let recordValueCharacters = 16_384
    /// The owner names that are put before a host need this many octets: `_acme-challenge.`.
    public static let ownerPrefixBytes = 16
    /// A range of versions, in octets: several comparators of the longest versions.
    public static let versionRangeBytes = 256
    /// Comparators in a range of versions.
    public static let versionComparators = 16
    /// Code points of a Punycode string, and octets of one: several labels' worth (RFC 1035 §2.3.4), so that the work of
    /// insertion, which grows with the square, stays small.
    public static let punycodeLength = 256
    /// Alternatives to a name in one answer.
    public static let suggestions = 20
    /// Candidates that are tried for alternatives.
    public static let suggestionCandidates = 200
}
