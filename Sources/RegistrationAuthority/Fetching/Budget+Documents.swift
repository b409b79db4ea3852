// Bounds on documents that are fetched from where strangers say.

extension Budget {
    /// A document, in octets: agent cards have at most 64 KiB here, DID documents a few; both with room.
    public static let documentBytes = 262_144
    /// How long a document may take, from the look-up of its host: the did:web profile of ANS has five seconds, for one
    /// document; a slow web server gets as long again.
    public static let documentPatience = Duration.seconds(10)
}
